--- Shows what the server answered: text in a scratch buffer, a page in the browser.
local M = {}

local function buffer_named(name)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer) == name then
      return buffer
    end
  end
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, name)
  return buffer
end

--- Shows `text` in a window of its own; a buffer of that name is used again.
function M.text(name, text)
  local buffer = buffer_named("convex-clerk://" .. name)
  local lines = vim.split((text:gsub("\r\n", "\n"):gsub("\n$", "")), "\n", { plain = true })
  vim.api.nvim_buf_set_option(buffer, "modifiable", true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.api.nvim_buf_set_option(buffer, "modifiable", false)
  vim.api.nvim_buf_set_option(buffer, "modified", false)
  local window = vim.fn.bufwinid(buffer)
  if window == -1 then
    vim.cmd("belowright split")
    vim.api.nvim_win_set_buf(0, buffer)
    vim.wo.wrap = false
  else
    vim.api.nvim_set_current_win(window)
  end
  return buffer
end

local function opener()
  local candidates = { { "xdg-open" }, { "open" }, { "cmd.exe", "/c", "start", "" } }
  for _, command in ipairs(candidates) do
    if vim.fn.executable(command[1]) == 1 then
      return command
    end
  end
  return nil
end

local function open(path)
  if vim.ui.open then
    local _, problem = vim.ui.open(path)
    return problem == nil
  end
  local command = opener()
  if not command then
    return false
  end
  table.insert(command, path)
  return vim.fn.jobstart(command, { detach = true }) > 0
end

--- Writes a page into Neovim's temporary folder, which goes as Neovim ends, and opens it. Gives its path.
function M.page(name, html)
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder, "p")
  local path = folder .. "/" .. name .. ".html"
  local file = assert(io.open(path, "wb"))
  file:write(html)
  file:close()
  local own = require("convex_clerk.client").options.open
  if own then
    own(path)
  elseif not open(path) then
    vim.notify("convex-clerk: open this in a browser: " .. path, vim.log.levels.WARN)
  end
  return path
end

return M
