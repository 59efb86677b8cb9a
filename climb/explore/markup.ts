/** HTML that may go into a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | null | false | readonly Content[];

/** A template whose values are text, unless they are markup themselves: nothing from a document can become markup. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, at) => part + (at < values.length ? render(values[at]!) : '')).join(''));
}

function render(content: Content): string {
  if (content === null || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(render).join('');
  return escaped(plainText(String(content)));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);

/**
 * Untrusted text on one line: no control characters, halves of surrogate pairs or invisible marks, which could steer a
 * terminal or turn the direction of what stands beside them. The two joiners stay: Persian and Hindi need them.
 */
export function plainText(text: string): string {
  return text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\s]+/gu, ' ').trim();
}
