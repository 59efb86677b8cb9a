import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type MadeClassifier = {
  readonly url: string;
  /** Texts of each request of /predict. */
  readonly requests: string[][];
  /** Most requests that were under way at once. */
  readonly most: () => number;
  /** Answers the next requests of /predict instead. */
  readonly next: (...answers: Answer[]) => void;
  readonly close: () => Promise<void>;
};

export type Answer = (response: ServerResponse, texts: readonly string[]) => void;

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response, texts) =>
    // As careless servers do, it quotes what it was sent.
    response.writeHead(code, headers).end(JSON.stringify({ error: texts.join(), error_type: 'overloaded' }));
export const body =
  (of: (texts: readonly string[]) => string, type = 'application/json'): Answer =>
  (response, texts) =>
    response.writeHead(200, { 'content-type': type }).end(of(texts));

/** Two labels by the text's length, in an order that changes: what a server of text-embeddings-inference answers. */
export const scored = (texts: readonly string[]) =>
  texts.map((text, at) => {
    const scores = [
      { label: 'long', score: text.length / 1000 },
      { label: 'short', score: 1 - text.length / 1000 },
    ];
    return at % 2 === 0 ? scores : scores.reverse();
  });

export const usual: Answer = body((texts) => JSON.stringify(scored(texts)));

/** A server that speaks /info and /predict. */
export async function madeClassifier(
  info: unknown = { model_id: 'made', model_sha: 'abc', max_client_batch_size: 4, max_input_length: 10 },
  token?: string,
): Promise<MadeClassifier> {
  const requests: string[][] = [];
  const answers: Answer[] = [];
  let running = 0;
  let most = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    most = Math.max(most, ++running);
    response.on('close', () => running--);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return status(401)(response, []);
    if (request.url === '/info') return body(() => JSON.stringify(info))(response, []);
    if (request.url !== '/predict') return status(404)(response, []);
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { inputs, raw_scores } = JSON.parse(Buffer.concat(parts).toString('utf8')) as {
      inputs: string[][];
      raw_scores: boolean;
    };
    const texts = inputs.map(([text]) => text!);
    requests.push(texts);
    // Out of the range of probabilities.
    const plain = raw_scores ? body(() => JSON.stringify(texts.map(() => [{ label: 'raw', score: 3.5 }]))) : usual;
    return (answers.shift() ?? plain)(response, texts);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    most: () => most,
    next: (...more) => void answers.push(...more),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
