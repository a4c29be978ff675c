--- What Neovim leaves out when it applies an edit:
--- 0.7 doesn't make the folder of a new file and fails half way through; every version saves a new file with "\n", even if the server's
--- text has "\r\n"; and the server is not told of changed buffers of other types (`.env.example`), so it would read them from the disk.
local M = {}

local uv = vim.uv or vim.loop

--- The buffers that an edit of a client changed last, by the client's id.
M.changed = {}

local function make_folders(edit)
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == "create" then
      vim.fn.mkdir(vim.fn.fnamemodify(vim.uri_to_fname(change.uri), ":h"), "p")
    end
  end
end

local function each_document(edit, visit)
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.edits then
      visit(change.textDocument.uri, change.edits)
    end
  end
  for uri, edits in pairs(edit.changes or {}) do
    visit(uri, edits)
  end
end

--- The created files whose text has "\r\n". Applying takes the "\r" out of the edit itself, so this is looked up before.
local function created_with_crlf(edit)
  local created, found = {}, {}
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == "create" then
      created[change.uri] = true
    end
  end
  each_document(edit, function(uri, edits)
    for _, text_edit in ipairs(edits) do
      if created[uri] and text_edit.newText:find("\r\n", 1, true) then
        found[uri] = true
      end
    end
  end)
  return found
end

--- Sends the changes that Neovim still holds back. Before a request it does so for one buffer, before any notification for all of them;
--- this one asks for what is so already.
function M.send_changes(client)
  local params = { value = "off" }
  if vim.fn.has("nvim-0.11") == 1 then
    client:notify("$/setTrace", params)
  else
    client.notify("$/setTrace", params)
  end
end

--- Why `edit` must not be applied, else nil. Neovim leaves out a document that was changed meanwhile and applies the others, and empties a
--- file that is to be created and is there already.
function M.problem(edit)
  local seen = {}
  for _, change in ipairs(edit.documentChanges or {}) do
    local document = change.textDocument
    local uri = change.uri or (document and document.uri)
    local path = vim.fn.fnamemodify(vim.uri_to_fname(uri), ":~:.")
    local options = change.options or {}
    if change.kind == "create" and not (options.overwrite or options.ignoreIfExists) then
      local stat = uv.fs_stat(vim.uri_to_fname(uri))
      if stat and stat.size > 0 then
        return path .. " is there already"
      end
    elseif document and type(document.version) ~= "number" and not seen[uri] then
      -- The server took what is on disk: it was not sent this buffer.
      local buffer = vim.fn.bufnr(vim.uri_to_fname(uri))
      if buffer ~= -1 and vim.api.nvim_buf_is_loaded(buffer) and vim.api.nvim_buf_get_option(buffer, "modified") then
        return path .. " has changes that are not written"
      end
    elseif document and type(document.version) == "number" and not seen[uri] then
      local version = vim.lsp.util.buf_versions[vim.uri_to_bufnr(uri)]
      if version and version > document.version then
        return path .. " was changed meanwhile"
      end
    end
    seen[uri] = true
  end
  return nil
end

--- Calls `apply`, which applies `edit`, and makes good what it leaves out.
function M.around(client_id, edit, apply)
  make_folders(edit)
  local crlf = created_with_crlf(edit)
  local results = { apply() }
  local client = vim.lsp.get_client_by_id(client_id)
  local changed = {}
  each_document(edit, function(uri)
    local buffer = vim.uri_to_bufnr(uri)
    if vim.api.nvim_buf_is_loaded(buffer) then
      table.insert(changed, buffer)
      if crlf[uri] then
        vim.api.nvim_buf_set_option(buffer, "fileformat", "dos")
        -- The server is told of changed lines only: the first one is set to what it is.
        vim.api.nvim_buf_set_lines(buffer, 0, 1, false, vim.api.nvim_buf_get_lines(buffer, 0, 1, false))
      end
      if client then
        vim.lsp.buf_attach_client(buffer, client_id)
      end
    end
  end)
  M.changed[client_id] = changed
  return unpack(results)
end

--- How many of the buffers that were changed last are not written yet.
function M.unwritten(client_id)
  local count = 0
  for _, buffer in ipairs(M.changed[client_id] or {}) do
    if vim.api.nvim_buf_is_valid(buffer) and vim.api.nvim_buf_get_option(buffer, "modified") then
      count = count + 1
    end
  end
  return count
end

--- The handler of `workspace/applyEdit`.
function M.apply_edit(err, params, ctx)
  local problem = M.problem(params.edit)
  if problem then
    return { applied = false, failureReason = problem .. "; nothing was changed" }
  end
  return M.around(ctx.client_id, params.edit, function()
    return vim.lsp.handlers["workspace/applyEdit"](err, params, ctx)
  end)
end

--- Neovim's menu of code actions resolves an action and applies its edit in the same callback: that one is wrapped.
function M.watch_resolve(client)
  local request = client.request
  client.request = function(...)
    local arguments, count = { ... }, select("#", ...)
    -- A method from 0.11 on, a function before.
    local first = type(arguments[1]) == "table" and 2 or 1
    local handler = arguments[first + 2]
    if arguments[first] == "codeAction/resolve" and type(handler) == "function" then
      arguments[first + 2] = function(err, action, ...)
        local rest = { ... }
        local edit = action and action.edit
        if err or not edit then
          return handler(err, action, ...)
        end
        local problem = M.problem(edit)
        if problem then
          return handler({ code = -32803, message = problem .. "; nothing was changed" }, nil, ...)
        end
        return M.around(client.id, edit, function()
          return handler(err, action, unpack(rest))
        end)
      end
    end
    return request(unpack(arguments, 1, count))
  end
end

return M
