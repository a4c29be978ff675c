--- The language server of convex-clerk in Neovim: `require("convex_clerk").setup({})`. See `:help convex-clerk`.
local M = {}

--- Takes the options of `:help convex-clerk-setup`, and attaches the server to what is open and to what will be opened.
function M.setup(options)
  local client = require("convex_clerk.client")
  client.options = vim.tbl_extend("force", client.options, options or {})
  local group = vim.api.nvim_create_augroup("convex_clerk", { clear = true })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = client.filetypes,
    callback = function(event)
      client.attach(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      client.attach(buffer)
    end
  end
end

return M
