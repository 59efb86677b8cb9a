/** Widths in ems of a bold sans-serif face, generous: what a page is shown in can't be known here. */
const narrow = /[iljtfrI.,:;'|!()[\] ]/;
const wide = /[mwMW@%]/;
const full = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;

/** About how wide a text is, in pixels. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) {
    if (full.test(character)) ems += 1.05;
    else if (narrow.test(character)) ems += 0.4;
    else if (wide.test(character)) ems += 1.02;
    else ems += /\p{Lu}/u.test(character) ? 0.8 : 0.68;
  }
  return ems * fontSize;
}

/** As many of the terms as fit, the first of them cut if it must be. */
export function fittingTerms(terms: readonly string[], fontSize: number, width: number): string {
  const [first = ''] = terms;
  let text = first;
  for (const term of terms.slice(1)) {
    const longer = `${text}, ${term}`;
    if (textWidth(longer, fontSize) > width) break;
    text = longer;
  }
  if (textWidth(text, fontSize) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, fontSize) > width) characters.pop();
  return `${characters.join('')}…`;
}
