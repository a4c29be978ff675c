export function providers() {
  return [];
}
