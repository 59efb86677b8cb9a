/** The SHA-256 names in a text, each once: whatever a file says of artifacts, it says by these. */
export function namedHashes(text: string): Set<string> {
  return new Set(text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g));
}
