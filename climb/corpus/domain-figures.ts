/** What a byte-level BPE of a few thousand words makes of English: measured 3.1 to 3.4 on the demo corpus. */
const bytesPerToken = 3.2;

/** @param bytes UTF-8 bytes of text */
export const estimatedTokens = (bytes: number) => Math.round(bytes / bytesPerToken);

/** c0000, c0001, … */
export const clusterName = (at: number) => `c${String(at).padStart(4, '0')}`;

/** UTF-8 bytes of all labels in an activity's summary, which must stay under 1 KB. */
const labelRoom = 600;

/** The first of the labels, as many as fit into a summary. */
export function labelsThatFit(labels: readonly string[]): string[] {
  const encoder = new TextEncoder();
  let room = labelRoom;
  return labels.filter((label) => (room -= encoder.encode(label).length + 3) >= 0);
}
