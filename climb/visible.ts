/** Steers a terminal, or the order in which it shows text, or ends a line for some reader. */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text from outside (names of domains, of files) as a part of one line: nothing in it can end the line or steer a terminal. */
export function visible(text: string): string {
  return text.replace(steering, ' ');
}

/** As `visible`, for text that has lines of its own. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
