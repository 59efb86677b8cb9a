import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a made-up endpoint answers a request for vectors of `texts`. */
export type Answer = (response: ServerResponse, texts: readonly string[]) => void;

export const dimensions = 8;

/** A vector that tells texts apart by their letters. */
function vectorOf(text: string): number[] {
  const counts = new Array<number>(dimensions).fill(0.1);
  for (const letter of text) counts[letter.charCodeAt(0) % dimensions]! += 1;
  return counts;
}

export function json(response: ServerResponse, value: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

export const wellBehaved: Answer = (response, texts) => json(response, texts.map(vectorOf));

/** A server that speaks text-embeddings-inference, on a port of its own, and answers as it is told. */
export async function openEndpoint(info: object = { model_id: 'made-up', model_sha: 'r1', max_client_batch_size: 4 }) {
  const seen = {
    requests: [] as (readonly string[])[],
    /** What a request says beside its texts. */
    asked: [] as object[],
    headers: [] as IncomingMessage['headers'][],
    /** Requests under way at once, and connections open at once, at most. */
    most: 0,
    sockets: 0,
  };
  let answer = wellBehaved;
  let open = 0;
  let said = info;
  let sockets = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/info') return json(response, said);
      const { inputs, ...asked } = JSON.parse(Buffer.concat(chunks).toString()) as { inputs: string[] };
      seen.most = Math.max(seen.most, ++open);
      response.on('close', () => open--);
      seen.requests.push(inputs);
      seen.asked.push(asked);
      seen.headers.push(request.headers);
      answer(response, inputs);
    });
  });
  server.on('connection', (socket) => {
    seen.sockets = Math.max(seen.sockets, ++sockets);
    socket.on('close', () => sockets--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    /** From now on; the description by a single word, which every opening asks for, is always answered. */
    answerWith: (next: Answer) => {
      answer = (response, texts) => (texts[0] === 'climb' ? wellBehaved : next)(response, texts);
    },
    /** From now on it serves this. */
    serve: (next: object) => void (said = next),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export type MadeEndpoint = Awaited<ReturnType<typeof openEndpoint>>;
