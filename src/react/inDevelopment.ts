/** Whether the app runs for its developer, who can read warnings on the console. */
export function inDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    // No bundler put the word in, and a browser has no process.
    return false
  }
}
