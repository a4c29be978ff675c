-- Which files start the server, and how often; needs no fixture.
local support = dofile(os.getenv("TEST_FOLDER") .. "/support.lua")

local function write(path, text)
  vim.fn.mkdir(vim.fn.fnamemodify(path, ":h"), "p")
  local file = assert(io.open(path, "wb"))
  file:write(text or "")
  file:close()
end

local function clients()
  return require("convex_clerk.client").all()
end

--- Whether a client attaches to the file. What starts one does so as the file is opened.
local function attaches(path)
  local before = #clients()
  vim.cmd("edit " .. vim.fn.fnameescape(path))
  local buffer = vim.api.nvim_get_current_buf()
  local client = require("convex_clerk.client")
  if not client.root_for(buffer) then
    return vim.wait(100, function()
      return #clients() > before
    end, 10)
  end
  support.wait_for("a client for " .. path, function()
    for _, each in ipairs(clients()) do
      if each.initialized and each.attached_buffers[buffer] then
        return true
      end
    end
  end)
  return true
end

local function expect(path, wanted)
  if attaches(path) ~= wanted then
    support.fail(("the server %s to %s"):format(wanted and "does not attach" or "attaches", path))
  end
end

local function expect_clients(count, reason)
  if #clients() ~= count then
    support.fail(("%s: %d clients, not %d"):format(reason, #clients(), count))
  end
end

support.run(function()
  local folder = vim.fn.tempname()
  write(folder .. "/plain/package.json", "{}")
  write(folder .. "/plain/src/main.ts")
  write(folder .. "/one/.git/HEAD")
  write(folder .. "/one/package.json", '{"workspaces": ["apps/*"]}')
  write(folder .. "/one/apps/web/package.json", '{"dependencies": {"convex": "^1.31.0"}}')
  write(folder .. "/one/apps/web/src/main page (1).tsx")
  write(folder .. "/one/apps/web/src/data.json", "{}")
  write(folder .. "/one/apps/web/tsconfig.app.json", "{}")
  write(folder .. "/one/apps/web/node_modules/convex/index.js")
  write(folder .. "/one/apps/docs/src/main.tsx")
  write(folder .. "/one/apps/mobile/package.json", "{}")
  write(folder .. "/one/apps/mobile/App.tsx", "import { ConvexProvider } from 'convex/react';\n")
  write(folder .. "/one/apps/mobile/hull.ts", "// The convex hull.\n")
  write(folder .. "/two/package.json", "{}")
  write(folder .. "/two/convex/tasks.ts")
  write(folder .. "/two/src/main.jsx")

  if os.getenv("WITH_ENABLE") then
    -- The way of Neovim 0.11, without setup().
    vim.lsp.config("convex_clerk", { cmd = { os.getenv("CONVEX_CLERK"), "lsp" } })
    vim.lsp.enable("convex_clerk")
    vim.cmd("filetype on")
  else
    support.setup()
  end

  expect(folder .. "/plain/src/main.ts", false)
  expect(folder .. "/plain/package.json", false)
  expect(folder .. "/one/apps/docs/src/main.tsx", false)
  expect(folder .. "/one/apps/web/node_modules/convex/index.js", false)
  expect(folder .. "/one/apps/web/src/data.json", false)
  expect(folder .. "/one/apps/mobile/hull.ts", false)
  expect_clients(0, "nothing here uses Convex")
  expect(folder .. "/one/apps/web/src/main page (1).tsx", true)
  expect(folder .. "/one/apps/web/package.json", true)
  expect(folder .. "/one/apps/web/tsconfig.app.json", true)
  expect(folder .. "/one/apps/mobile/App.tsx", true)
  expect_clients(1, "one root")
  if vim.loop.fs_realpath(clients()[1].config.root_dir) ~= vim.loop.fs_realpath(folder .. "/one") then
    support.fail("the root is " .. clients()[1].config.root_dir)
  end
  expect(folder .. "/two/src/main.jsx", true)
  expect(folder .. "/two/convex/tasks.ts", true)
  expect_clients(2, "two roots")
  if #support.messages > 0 then
    support.fail("it said: " .. support.said())
  end

  if not os.getenv("WITH_ENABLE") then
    require("convex_clerk").setup({ cmd = { folder .. "/not-there", "lsp" } })
    for _, client in ipairs(clients()) do
      vim.lsp.stop_client(client.id)
    end
    support.wait_for("the clients to stop", function()
      return #clients() == 0
    end)
    vim.cmd("edit " .. folder .. "/two/convex/others.ts")
    if not support.said():find("not-there is not an executable", 1, true) then
      support.fail("a missing server is not told of; it said: " .. support.said())
    end
  end
  support.finish()
end)
