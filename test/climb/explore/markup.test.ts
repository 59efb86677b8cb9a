import { describe, expect, test } from '@jest/globals';
import { markup, plainText } from '../../../climb/explore/markup.ts';

describe('markup', () => {
  test('values are text, in an element as in an attribute', () => {
    const hostile = `</script><img src=x onerror="alert('1')">&amp;`;
    expect(markup`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;">' +
        '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;</p>',
    );
  });

  test('markup within markup stays markup, lists are joined, nothing is nothing', () => {
    expect(markup`<ul>${['<', 2].map((item) => markup`<li>${item}</li>`)}${null}${false}</ul>`.text).toBe(
      '<ul><li>&lt;</li><li>2</li></ul>',
    );
  });

  test('an object that says it is markup, as JSON can, is not', () => {
    expect(() => markup`${JSON.parse('{"text":"<b>"}') as never}`.text).toThrow(TypeError);
  });
});

test.each([
  ['line\nends\tand\u2028more', 'line ends and more'],
  ['\u001b[31mred\u0007', '[31mred'],
  ['right\u202eleft\u2066in\u200fmark', 'right left in mark'],
  ['half \ud800 a pair', 'half a pair'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['👩\u200d🔬 日本', '👩\u200d🔬 日本'],
])('plainText %#', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});
