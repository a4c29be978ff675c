-- What is made good around Neovim's own applying of an edit; needs no fixture and no server.
local support = dofile(os.getenv("TEST_FOLDER") .. "/support.lua")

local folder = vim.fn.tempname()
vim.fn.mkdir(folder, "p")

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
end

local function uri(name)
  return vim.uri_from_fname(folder .. "/" .. name)
end

--- A change of a document that replaces its first line, or fills a new file.
local function lines(name, text, version)
  local range = { start = { line = 0, character = 0 }, ["end"] = { line = 1, character = 0 } }
  return { textDocument = { uri = uri(name), version = version }, edits = { { range = range, newText = text } } }
end

local function creation(name, options)
  return { kind = "create", uri = uri(name), options = options }
end

local function apply(changes)
  local edits = require("convex_clerk.edits")
  local edit = { documentChanges = changes }
  local problem = edits.problem(edit)
  if not problem then
    edits.around(0, edit, function()
      vim.lsp.util.apply_workspace_edit(edit, "utf-16")
    end)
    vim.cmd("silent wall")
  end
  return problem
end

local function expect(name, wanted)
  local file = io.open(folder .. "/" .. name, "rb")
  local text = file and file:read("*a")
  if text ~= wanted then
    support.fail(("%s is %s, not %s"):format(name, vim.inspect(text), vim.inspect(wanted)))
  end
end

local function expect_problem(problem, wanted)
  if not (problem and problem:find(wanted, 1, true)) then
    support.fail(("the problem is %s, not %q"):format(vim.inspect(problem), wanted))
  end
end

support.run(function()
  vim.o.swapfile = false
  vim.o.hidden = true

  apply({ creation("lf.ts"), lines("lf.ts", "a\nb\n") })
  expect("lf.ts", "a\nb\n")
  apply({ creation("crlf.ts"), lines("crlf.ts", "a\r\nb\r\n") })
  expect("crlf.ts", "a\r\nb\r\n")
  apply({ creation("some/folders/new.ts"), lines("some/folders/new.ts", "a\n") })
  expect("some/folders/new.ts", "a\n")

  write("there.ts", "kept\n")
  write("other.ts", "kept\n")
  expect_problem(apply({ lines("other.ts", "b\n"), creation("there.ts"), lines("there.ts", "a\n") }), "there already")
  expect("there.ts", "kept\n")
  expect("other.ts", "kept\n")

  vim.cmd("edit " .. folder .. "/other.ts")
  vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()] = 7
  expect_problem(apply({ lines("there.ts", "a\n"), lines("other.ts", "b\n", 6) }), "was changed meanwhile")
  expect("there.ts", "kept\n")
  apply({ lines("there.ts", "a\n"), lines("other.ts", "b\n", 7) })
  expect("there.ts", "a\n")
  expect("other.ts", "b\n")
  support.finish()
end)
