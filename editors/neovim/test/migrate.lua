-- Takes the code action that migrates the app in Neovim's own menu, writes all buffers and quits; run.sh compares the files.
-- It is the one with the gates; an app that needs none has only the other one.
local support = dofile(os.getenv("TEST_FOLDER") .. "/support.lua")
local titles = { "Migrate this app to Clerk, with its gates", "Migrate this app to Clerk" }

support.run(function()
  support.setup()
  support.open_provider()
  local client = support.client()

  -- The menu, answered by title. What it gets and how the edit went is kept.
  local offered, chosen
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item, items)
    for _, title in ipairs(titles) do
      for index, item in ipairs(items) do
        local action = item.action or item[2]
        if action.title == title then
          chosen = true
          return choose(item, index)
        end
      end
    end
  end
  local outcome
  local apply = vim.lsp.util.apply_workspace_edit
  vim.lsp.util.apply_workspace_edit = function(edit, encoding)
    local ok, problem = pcall(apply, edit, encoding)
    outcome = { ok = ok, problem = problem, encoding = encoding }
  end

  vim.lsp.buf.code_action()
  support.wait_for("the menu of code actions; Neovim said: " .. support.said(), function()
    return offered
  end)
  if not chosen then
    support.fail(("no action with the title %q; there were:\n  %s"):format(titles[1], table.concat(offered, "\n  ")))
  end
  support.wait_for("the action's edit; Neovim said: " .. support.said(), function()
    return outcome
  end)
  if not outcome.ok then
    support.fail("the edit could not be applied: " .. tostring(outcome.problem))
  end
  if outcome.encoding ~= client.offset_encoding then
    support.fail("the edit was applied with the encoding " .. tostring(outcome.encoding))
  end
  vim.cmd("wall")
  support.finish()
end)
