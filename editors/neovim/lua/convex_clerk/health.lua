--- `:checkhealth convex_clerk`.
local M = {}

--- `ok` or `error` of the module that Neovim has for it: another one before 0.8, with other names before 0.10.
local function reporter(kind)
  local health = vim.health or require("health")
  return health[kind] or health["report_" .. kind]
end

function M.check()
  local client = require("convex_clerk.client")
  local program = client.options.cmd[1]
  if vim.fn.executable(program) == 0 then
    reporter("error")(program .. " is not an executable: install convex-clerk, or give its path as `cmd` to setup()")
    return
  end
  reporter("ok")(program .. " is " .. vim.trim(vim.fn.system({ program, "--version" })))
  local running = client.all()
  for _, each in ipairs(running) do
    reporter("ok")("a server runs for " .. each.config.root_dir)
  end
  if #running == 0 then
    reporter("ok")("no server runs; one starts as you open a script file of an app that uses Convex")
  end
end

return M
