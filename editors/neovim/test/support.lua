--- What the tests share. They run in a headless Neovim without the user's files; see run.sh.
local M = {}

local uv = vim.uv or vim.loop
local deadline = uv.now() + 30000

--- Ends Neovim with `reason` on stderr.
function M.fail(reason)
  io.stderr:write("\nFAILED: " .. reason .. "\n")
  vim.cmd("cquit 1")
end

--- Waits until `done` gives something, within the 30 s of the whole test; gives what it gave.
function M.wait_for(what, done)
  local value
  vim.wait(math.max(deadline - uv.now(), 1), function()
    value = done()
    return value
  end, 10)
  if not value then
    M.fail("waited 30 s in vain for " .. what)
  end
  return value
end

--- What was said by vim.notify.
M.messages = {}

--- Sets up the plugin with the server to test, and keeps files as they are when they are written.
function M.setup(more)
  vim.o.swapfile = false
  vim.o.hidden = true
  vim.cmd("filetype on")
  vim.o.fixeol = false
  vim.cmd("autocmd BufNewFile,BufReadPre,BufReadPost,BufAdd * setlocal nofixeol")
  vim.notify = function(message, level)
    table.insert(M.messages, { text = message, level = level })
  end
  vim.notify_once = vim.notify
  local options = { cmd = { os.getenv("CONVEX_CLERK"), "lsp" }, settings = { suggestMigration = true } }
  require("convex_clerk").setup(vim.tbl_extend("force", options, more or {}))
end

--- All that was said by vim.notify, for a failure's reason.
function M.said()
  return table.concat(vim.tbl_map(function(message)
    return message.text
  end, M.messages), "\n")
end

--- The client, after the server has answered `initialize` and got the buffer.
function M.client()
  return M.wait_for("the client to attach", function()
    for _, client in ipairs(require("convex_clerk.client").all()) do
      if client.initialized and client.attached_buffers[vim.api.nvim_get_current_buf()] then
        return client
      end
    end
  end)
end

--- Opens the file that renders ConvexProvider, and puts the cursor on it.
function M.open_provider()
  local files = vim.split(os.getenv("PROVIDERS") or "", "\n")
  vim.cmd("edit " .. vim.fn.fnameescape(files[1]))
  if vim.fn.search("<ConvexProvider\\>", "cw") == 0 then
    M.fail("no <ConvexProvider in " .. files[1])
  end
  vim.fn.search("ConvexProvider", "c", vim.fn.line("."))
end

--- Runs a test; an error in it fails it.
function M.run(test)
  local ok, problem = xpcall(test, debug.traceback)
  if not ok then
    M.fail(problem)
  end
end

--- Ends Neovim. What was not written is lost, so write before.
function M.finish()
  vim.cmd("qall!")
end

return M
