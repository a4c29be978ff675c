-- Runs the four commands; the last one migrates, writes all buffers and quits, and run.sh compares the files.
local support = dofile(os.getenv("TEST_FOLDER") .. "/support.lua")

--- Waits for vim.notify to say something that was not there before `command` ran.
local function said_by(command)
  local before = #support.messages
  vim.cmd(command)
  return support.wait_for("what " .. command .. " has to say", function()
    return support.messages[before + 1]
  end)
end

--- What changes with each change of a buffer, by the buffer's number.
local function ticks()
  local found = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      found[buffer] = vim.api.nvim_buf_get_changedtick(buffer)
    end
  end
  return found
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

support.run(function()
  local opened
  support.setup({
    open = function(path)
      opened = path
    end,
  })
  support.open_provider()
  support.client()
  local provider = vim.api.nvim_get_current_buf()

  vim.cmd("ConvexClerkPreview")
  support.wait_for("the page of :ConvexClerkPreview; Neovim said: " .. support.said(), function()
    return opened or #support.messages > 0
  end)
  if not opened then
    support.fail(":ConvexClerkPreview opened nothing; it said: " .. support.said())
  end
  local page = read(opened)
  if not page:lower():find("<!doctype html", 1, true) or not page:find("Content-Security-Policy", 1, true) then
    support.fail(":ConvexClerkPreview opened no page with a policy: " .. page:sub(1, 200))
  end

  vim.cmd("ConvexClerkGraph")
  local graph = support.wait_for("the text of :ConvexClerkGraph; Neovim said: " .. support.said(), function()
    return vim.api.nvim_buf_get_name(0) == "convex-clerk://graph" or #support.messages > 0
  end)
  if not graph or #support.messages > 0 then
    support.fail(":ConvexClerkGraph showed nothing; it said: " .. support.said())
  end
  if vim.trim(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")) == "" then
    support.fail(":ConvexClerkGraph showed an empty text")
  end
  vim.cmd("close")
  vim.api.nvim_set_current_buf(provider)

  local doctor = said_by("ConvexClerkDoctor")
  if doctor.level == vim.log.levels.ERROR then
    support.fail(":ConvexClerkDoctor: " .. doctor.text)
  end
  local window = vim.fn.bufwinid("convex-clerk://doctor")
  if doctor.text:find(":copen", 1, true) and window == -1 then
    support.fail(":ConvexClerkDoctor shows no text")
  end
  if window ~= -1 then
    vim.api.nvim_win_close(window, true)
  end
  vim.api.nvim_set_current_buf(provider)

  local migrate = said_by("ConvexClerkMigrate")
  if migrate.level ~= vim.log.levels.INFO then
    support.fail(":ConvexClerkMigrate: " .. migrate.text)
  end
  if not migrate.text:find(":wall", 1, true) then
    support.fail(":ConvexClerkMigrate does not say that the buffers are not written: " .. migrate.text)
  end
  -- The server knows the buffers that are not written: a second time there is nothing to do.
  local changes = ticks()
  said_by("ConvexClerkMigrate")
  if not vim.deep_equal(changes, ticks()) then
    support.fail(":ConvexClerkMigrate changes its own unwritten result: " .. support.said())
  end
  vim.cmd("wall")

  if said_by("ConvexClerkMigrate nowhere").text == "" then
    support.fail(":ConvexClerkMigrate for a folder without an app says nothing")
  end
  support.finish()
end)
