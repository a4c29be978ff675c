--- The user commands. Each asks the server and shows its answer when it comes.
local client_of = require("convex_clerk.client")
local edits = require("convex_clerk.edits")
local root_of = require("convex_clerk.root")
local view = require("convex_clerk.view")

local M = {}

local calls = 0

local function say(message, level)
  vim.notify("convex-clerk: " .. message, level or vim.log.levels.INFO)
end

--- The app that is meant: the one in the folder that was typed, else the one that owns the buffer, else the only one.
local function target(client, buffer, folder)
  local argument = vim.empty_dict()
  if folder ~= "" then
    argument.app = root_of.relative(client.config.root_dir, folder)
  elseif vim.api.nvim_buf_get_option(buffer, "buftype") == "" and vim.api.nvim_buf_get_name(buffer) ~= "" then
    argument.uri = vim.uri_from_bufnr(buffer)
  end
  return argument
end

local function call(command, options, more, show)
  local buffer = vim.api.nvim_get_current_buf()
  client_of.with(buffer, function(client)
    local argument = target(client, buffer, options.args or "")
    for key, value in pairs(more) do
      argument[key] = value
    end
    calls = calls + 1
    local params = { command = command, arguments = { argument }, workDoneToken = "convex_clerk/" .. calls }
    edits.send_changes(client)
    client_of.request(client, "workspace/executeCommand", params, function(err, result)
      if err then
        say(err.message or tostring(err), vim.log.levels.ERROR)
      elseif type(result) ~= "table" then
        say("the server gave no answer to " .. command, vim.log.levels.ERROR)
      else
        show(result, client)
      end
    end, buffer)
  end)
end

function M.migrate(options)
  call("convexClerk.migrate", options, { gates = not options.bang }, function(result, client)
    local message = result.message or (result.applied and "the app was changed" or "nothing was changed")
    local unwritten = result.applied and edits.unwritten(client.id) or 0
    if unwritten > 0 then
      message = ("%s\n%d buffers are changed and not written: look at them, then :wall."):format(message, unwritten)
    end
    say(message, result.applied and vim.log.levels.INFO or vim.log.levels.WARN)
  end)
end

function M.preview(options)
  call("convexClerk.preview", options, {}, function(result)
    if result.html then
      view.page("convex-clerk-preview", result.html)
    else
      say(result.message or "there is nothing to show")
    end
  end)
end

function M.graph(options)
  call("convexClerk.graph", options, {}, function(result)
    if result.text then
      view.text("graph", result.text)
    else
      say(result.message or "there is nothing to show")
    end
  end)
end

local SEVERITIES = { "E", "W", "I", "N" }

--- Puts what was found into the quickfix list, be its file open or not.
local function fill_quickfix(client, title, found)
  local items = {}
  for _, item in ipairs(found) do
    local diagnostic = item.diagnostic
    local start = diagnostic.range.start
    table.insert(items, {
      filename = vim.uri_to_fname(item.uri),
      lnum = start.line + 1,
      col = start.character + 1,
      type = SEVERITIES[diagnostic.severity or 1],
      text = (diagnostic.message:gsub("\n.*", "")),
    })
  end
  vim.fn.setqflist({}, " ", { title = title, items = items, context = { client = client.id } })
end

function M.doctor(options)
  call("convexClerk.doctor", options, {}, function(result, client)
    local title = result.title or "convex-clerk doctor"
    if (result.findings or 0) == 0 then
      say(result.text ~= nil and result.text ~= "" and result.text or result.message or "nothing was found")
      return
    end
    fill_quickfix(client, title, result.items or {})
    view.text("doctor", result.text or "")
    say(("%d findings; :copen lists them"):format(result.findings))
  end)
end

return M
