-- For `vim.lsp.enable("convex_clerk")`, Neovim 0.11 or later. Without it: `require("convex_clerk").setup({})`.
local client = require("convex_clerk.client")

local config = client.base()
config.filetypes = client.filetypes
config.root_dir = function(buffer, on_dir)
  local root = client.root_for(buffer)
  if root then
    on_dir(root)
  end
end

return config
