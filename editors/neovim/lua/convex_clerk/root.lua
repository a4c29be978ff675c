--- Which folder a file belongs to, and whether it is one that uses Convex.
local M = {}

local uv = vim.uv or vim.loop

local function is_folder(path)
  local stat = uv.fs_stat(path)
  return stat ~= nil and stat.type == "directory"
end

local function exists(path)
  return uv.fs_stat(path) ~= nil
end

local function mentions_convex(manifest)
  local file = io.open(manifest, "r")
  if not file then
    return false
  end
  local text = file:read("*a") or ""
  file:close()
  return text:find("convex", 1, true) ~= nil
end

local function join(folder, name)
  return (folder:gsub("/+$", "")) .. "/" .. name
end

--- The folders above `path`, the nearest first.
local function folders_above(path)
  local folders = {}
  local folder = vim.fn.fnamemodify(path, ":p:h")
  while folder ~= folders[#folders] do
    table.insert(folders, folder)
    folder = vim.fn.fnamemodify(folder, ":h")
  end
  return folders
end

--- The nearest git top level, else the nearest folder with a package.json, else nil. `.git` is a file in a worktree. None for a package
--- that is installed.
function M.of(path)
  if path:find("/node_modules/", 1, true) then
    return nil
  end
  local package
  for _, folder in ipairs(folders_above(path)) do
    if exists(join(folder, ".git")) then
      return folder
    end
    if not package and exists(join(folder, "package.json")) then
      package = folder
    end
  end
  return package
end

--- The root of `path` if a folder from the file's up to the root has Convex functions or a package.json that names convex.
function M.with_convex(path)
  local root = M.of(path)
  if not root then
    return nil
  end
  for _, folder in ipairs(folders_above(path)) do
    if is_folder(join(folder, "convex")) or mentions_convex(join(folder, "package.json")) then
      return root
    end
    if folder == root then
      return nil
    end
  end
  return nil
end

--- `folder` as the server names apps: relative to the root, with "." for the root itself.
function M.relative(root, folder)
  local path = vim.fn.fnamemodify(folder, ":p"):gsub("(.)/+$", "%1")
  if path == root then
    return "."
  end
  if path:sub(1, #root + 1) == root .. "/" then
    return path:sub(#root + 2)
  end
  return path
end

return M
