import { describe, expect, test } from '@jest/globals';
import { tokenizerProblem } from '../../../climb/spec/tokenizer-rules.ts';
import { tokenizerOf } from '../../adapters/made-checkpoint.ts';

const problem = (text: string, vocab = 300) => tokenizerProblem('t.json', text, vocab, 'corpus');

test('a tokenizer as large as the vocabulary or smaller is fine, whatever its model', () => {
  expect(problem(tokenizerOf(300))).toBeNull();
  expect(problem(tokenizerOf(3))).toBeNull();
  expect(problem('{"model":{"type":"Unigram","vocab":[["<s>",-1]]}}')).toBeNull();
});

test('one with more tokens is refused, with what to try where it is the own choice and where a checkpoint has it', () => {
  expect(problem(tokenizerOf(301))).toBe(
    "t.json: expected at most 300 tokens, the proxy's vocabulary, found 301: the proxies would have no embedding for the others; raise proxy.model.vocab to 301, or name a smaller tokenizer",
  );
  expect(tokenizerProblem('t.json', tokenizerOf(301), 300, 'checkpoint')).toContain(
    'the checkpoint has no embedding for the others; name the tokenizer that the checkpoint was trained with',
  );
});

test('ids with gaps need an embedding up to the last', () => {
  expect(problem('{"model":{"type":"BPE","vocab":{"<s>":0,"a":300}}}')).toContain('found 301');
});

describe('what is no tokenizer, or marks no beginnings', () => {
  test.each([
    ['no JSON', 'vocab', 'expected a tokenizer.json with model.type and model.vocab, found none'],
    ['another JSON', '{"model":{}}', 'found none'],
    ['an empty vocabulary', '{"model":{"type":"BPE","vocab":{}}}', 'found none'],
    ['ids that are no numbers', '{"model":{"type":"BPE","vocab":{"<s>":"0"}}}', 'found none'],
    [
      'no beginning of documents',
      '{"model":{"type":"BPE","vocab":{"a":0}}}',
      'to mark where documents begin, found none; name another proxy.tokenizer, or leave it out: one is then trained on the corpus',
    ],
  ])('%s', (_, text, piece) => {
    expect(problem(text)).toContain(piece);
  });
});
