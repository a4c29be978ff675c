-- Defines the commands. What they do is loaded when one is used, and no server starts before that or before setup().
if vim.g.loaded_convex_clerk or vim.fn.has("nvim-0.7") == 0 then
  return
end
vim.g.loaded_convex_clerk = true

local function command(name, action, description, bang)
  vim.api.nvim_create_user_command(name, function(options)
    require("convex_clerk.commands")[action](options)
  end, { nargs = "?", complete = "dir", bang = bang or false, desc = description })
end

command("ConvexClerkMigrate", "migrate", "Move the app from ConvexProvider to Clerk; with ! without gates", true)
command("ConvexClerkPreview", "preview", "Show in the browser what the migration would change")
command("ConvexClerkGraph", "graph", "Show what the app renders, and who asks Convex for what")
command("ConvexClerkDoctor", "doctor", "Look at an app that is on Clerk")
