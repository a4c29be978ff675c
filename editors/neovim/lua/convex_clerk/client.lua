--- Starts the server, once for each root, on Neovim 0.7 and on what came after it.
local edits = require("convex_clerk.edits")
local root_of = require("convex_clerk.root")

local M = {}

M.name = "convex_clerk"

M.filetypes = { "typescript", "typescriptreact", "javascript", "javascriptreact", "json", "jsonc" }

--- The settings that a migration may change, or that say how modules are found.
local SETTINGS = {}
for _, name in ipairs({ "package", "convex", "app", "app.config", "turbo", "nx", "project" }) do
  SETTINGS[name .. ".json"] = true
end

M.options = { cmd = { "convex-clerk", "lsp" }, settings = {} }

--- Functions that wait for a client to be initialised, by its id.
local waiting = {}
--- The ids of the clients that were started here, by root: Neovim lists a client only when it is initialised.
local started = {}

local function has(version)
  return vim.fn.has("nvim-" .. version) == 1
end

--- All running clients of this server.
function M.all()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return vim.tbl_filter(function(client)
    return client.name == M.name
  end, get())
end

--- Sends a request; a method of the client from Neovim 0.11 on, a function before.
function M.request(client, method, params, handler, buffer)
  if has("0.11") then
    return client:request(method, params, handler, buffer)
  end
  return client.request(method, params, handler, buffer)
end

--- Whether a script imports Convex: the app's package.json need not name it where another one of the workspace does.
local function imports_convex(buffer)
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, 200, false)) do
    if line:find("[\"']convex/") then
      return true
    end
  end
  return false
end

--- The root for a buffer that the server wants to know, else nil.
function M.root_for(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == "" or path:match("^%a[%w+.-]+://") or vim.api.nvim_buf_get_option(buffer, "buftype") ~= "" then
    return nil
  end
  local filetype = vim.api.nvim_buf_get_option(buffer, "filetype")
  if not vim.tbl_contains(M.filetypes, filetype) then
    return nil
  end
  local name = vim.fn.fnamemodify(path, ":t")
  if filetype:match("^json") and not (SETTINGS[name] or name:match("^[tj]sconfig.*%.json$")) then
    return nil
  end
  return root_of.with_convex(path) or (imports_convex(buffer) and root_of.of(path)) or nil
end

--- What the client says it can do. Neovim 0.7 can do both of these, but doesn't say so.
function M.capabilities(given)
  return vim.tbl_deep_extend("force", vim.lsp.protocol.make_client_capabilities(), given or {}, {
    workspace = { configuration = true, workspaceEdit = { documentChanges = true } },
  })
end

--- What a client needs whatever starts it; `vim.lsp.config` of Neovim 0.11 takes the same (lsp/convex_clerk.lua).
function M.base()
  local settings = M.options.settings
  if vim.tbl_isempty(settings) then
    settings = vim.empty_dict()
  end
  return {
    cmd = M.options.cmd,
    capabilities = M.capabilities(M.options.capabilities),
    settings = { convexClerk = settings },
    -- The ranges that Neovim sends for a changed last line are wrong by a line break, in 0.11 as in 0.7: documents are sent whole.
    flags = { allow_incremental_sync = false },
    handlers = { ["workspace/applyEdit"] = edits.apply_edit },
    on_init = function(client, ...)
      edits.watch_resolve(client)
      local ready = waiting[client.id] or {}
      waiting[client.id] = nil
      for _, run in ipairs(ready) do
        vim.schedule(function()
          run(client)
        end)
      end
      if M.options.on_init then
        M.options.on_init(client, ...)
      end
    end,
  }
end

local function config_for(root)
  local config = M.base()
  config.name = M.name
  config.root_dir = root
  config.on_attach = M.options.on_attach
  config.on_exit = function(_, _, id)
    waiting[id] = nil
    edits.changed[id] = nil
    if started[root] == id then
      started[root] = nil
    end
  end
  return config
end

local function can_run()
  local program = M.options.cmd[1]
  if vim.fn.executable(program) == 1 then
    return true
  end
  vim.notify_once(
    ("convex-clerk: %s is not an executable; see :help convex-clerk-install"):format(program),
    vim.log.levels.WARN
  )
  return false
end

--- The id of the root's client, whoever started it.
local function running(root)
  for _, client in ipairs(M.all()) do
    if client.config.root_dir == root then
      return client.id
    end
  end
  return nil
end

--- Starts the client of a root, or finds it; attaches `buffer` if there is one. Gives the client's id.
local function start(root, buffer)
  if not can_run() then
    return nil
  end
  local id = started[root] or running(root)
  if buffer and has("0.8") then
    id = vim.lsp.start(config_for(root), { bufnr = buffer })
  elseif not id and has("0.11") then
    id = vim.lsp.start(config_for(root), { attach = false })
  elseif not id then
    id = vim.lsp.start_client(config_for(root))
  end
  if id and buffer and not has("0.8") then
    vim.lsp.buf_attach_client(buffer, id)
  end
  started[root] = id
  return id
end

--- Attaches a buffer to the client of its root, if the server wants to know it.
function M.attach(buffer)
  local root = M.root_for(buffer)
  if root then
    start(root, buffer)
  end
end

--- Calls `run` with the client for a buffer or, where the buffer has none, for the current folder; starts it if need be.
function M.with(buffer, run)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == "" or vim.api.nvim_buf_get_option(buffer, "buftype") ~= "" then
    path = vim.fn.getcwd() .. "/."
  end
  local root = root_of.of(path)
  if not root then
    vim.notify("convex-clerk: no git repository and no package.json here", vim.log.levels.WARN)
    return
  end
  local id = running(root) or start(root)
  if not id then
    return
  end
  local client = vim.lsp.get_client_by_id(id)
  if client and client.initialized then
    run(client)
  else
    waiting[id] = waiting[id] or {}
    table.insert(waiting[id], run)
  end
end

return M
