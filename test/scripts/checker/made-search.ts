import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '../../../scripts/checker/digest.ts';
import type { Evidence } from '../../../scripts/checker/evidence.ts';

/** What a search of two proxies leaves behind, made by hand: sound as it stands, and easy to spoil. */
export class MadeSearch {
  readonly home: string;
  readonly events: Record<string, unknown>[] = [];
  readonly recipe = {
    weights: [
      { cluster: 'c0000', label: 'sea', weight: 0.25 },
      { cluster: 'c0001', label: 'sky', weight: 0.75 },
    ],
    spec: {
      budget: { proxies: 2, trainTokens: 200, concurrency: 2 },
      constraints: { bounds: { sea: { lower: 0.1, upper: 0.3 } }, groups: { both: { clusters: ['sea', 'c0001'] } } },
    },
    run: { charged: { proxies: 2, trainTokens: 200 } },
  };
  /** Digest in the recipe; by default the right one. */
  digest: string | undefined;
  /** What the workflow answers. */
  result: (digest: string) => unknown = (digest) => ({ recipe: { digest } });

  constructor(home: string) {
    this.home = home;
  }

  async write(path: string, content: string): Promise<string> {
    const whole = join(this.home, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, content);
    return whole;
  }

  artifactPath = (sha256: string) => join('artifacts', sha256.slice(0, 2), sha256);

  async artifact(content: string) {
    const sha256 = createHash('sha256').update(content).digest('hex');
    await this.write(this.artifactPath(sha256), content);
    return { sha256, bytes: Buffer.byteLength(content) };
  }

  /** An activity that begins, in a workflow task of that time; its event's id. */
  begin(type: string, id: string, input: unknown, at = '2026-01-01T00:00:00Z'): string {
    const [started, completed, scheduled] = [1, 2, 3].map((more) => String(this.events.length + more));
    const workflowTaskCompletedEventId = completed;
    const begun = { activityId: id, activityType: { name: type }, input: payload(input), workflowTaskCompletedEventId };
    this.events.push(
      { eventId: started, eventTime: at, eventType: 'EVENT_TYPE_WORKFLOW_TASK_STARTED' },
      {
        eventId: completed,
        eventType: 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED',
        workflowTaskCompletedEventAttributes: { startedEventId: started },
      },
      {
        eventId: scheduled,
        eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
        activityTaskScheduledEventAttributes: begun,
      },
    );
    return scheduled as string;
  }

  /** Ends an activity, by its event, as one whose worker was lost; `calledOff`: after its end was asked for. */
  timeOut(scheduledEventId: string, { calledOff = false } = {}): void {
    const retryState = calledOff ? 'RETRY_STATE_CANCEL_REQUESTED' : 'RETRY_STATE_TIMEOUT';
    this.events.push({
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT',
      activityTaskTimedOutEventAttributes: { scheduledEventId, retryState },
    });
  }

  /** Ends an activity, by its event, as one that was called off, after a device worked on it for so long. */
  cancel(scheduledEventId: string, deviceSeconds?: number): void {
    const canceled = { scheduledEventId, ...(deviceSeconds !== undefined && { details: payload(deviceSeconds) }) };
    this.events.push({
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_CANCELED',
      activityTaskCanceledEventAttributes: canceled,
    });
  }

  /** An activity from its beginning to its end; without a result it failed, with that type of failure, or was called off. */
  activity(type: string, id: string, input: unknown, result?: unknown, failure: string | null = 'internal'): void {
    const scheduledEventId = this.begin(type, id, input);
    if (result !== undefined) {
      const completed = { scheduledEventId, result: payload(result) };
      this.events.push({
        eventType: 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
        activityTaskCompletedEventAttributes: completed,
      });
    } else if (failure === null) {
      this.cancel(scheduledEventId);
    } else {
      const failed = { scheduledEventId, failure: { applicationFailureInfo: { type: failure } } };
      this.events.push({
        eventType: 'EVENT_TYPE_ACTIVITY_TASK_FAILED',
        activityTaskFailedEventAttributes: failed,
      });
    }
  }

  signal(signalName: string, value: unknown): void {
    const signaled = { signalName, input: payload(value) };
    this.events.push({
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED',
      workflowExecutionSignaledEventAttributes: signaled,
    });
  }

  /** Mixtures that an activity drew. */
  async sample(type: string, id: string, mixtures: readonly { id: string; weights: number[] }[]): Promise<void> {
    const ref = await this.artifact(JSON.stringify({ kind: 'mixtures', mixtures }));
    this.activity(type, id, {}, { ref, summary: { ids: mixtures.map((mixture) => mixture.id) } });
  }

  train(id: string, weights: unknown, key = id): void {
    const member = { id, key, weights, fromLedger: false };
    this.activity('trainProxies', id, { members: [{ id }], proxy: { tokens: 100 } }, { members: [member] });
  }

  score(id: string, weights: unknown, score?: unknown): void {
    const result = score === undefined ? undefined : { members: [{ id, score }] };
    this.activity('evaluateProxies', `${id}-evaluate`, { members: [{ id, weights }], tasks: ['t'] }, result);
  }

  async proxy(id: string): Promise<void> {
    const weights = await this.artifact(`weights of ${id}`);
    const score = await this.artifact(JSON.stringify({ kind: 'score', weights }));
    this.train(id, weights);
    this.score(id, weights, score);
    await this.write(`ledger/proxy/${id}.json`, '{}');
  }

  /** What the checker is given, with everything on disk. */
  async evidence(more: Partial<Evidence> = {}): Promise<Evidence> {
    const digest = this.digest ?? digestOf(this.recipe);
    await this.write('searches/made/recipe.json', JSON.stringify({ ...this.recipe, digest }));
    const result = this.result(digest);
    const ended = () => ({
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
      workflowExecutionCompletedEventAttributes: { result: payload(result) },
    });
    const events = [...this.events, ...(result === undefined ? [] : [ended()])];
    return { home: this.home, search: 'made', runs: [{ events } as Evidence['runs'][number]], ...more };
  }
}

const payload = (value: unknown) => ({
  payloads: [
    {
      metadata: { encoding: Buffer.from('json/plain').toString('base64') },
      data: Buffer.from(JSON.stringify(value)).toString('base64'),
    },
  ],
});

/** One that is sound. */
export async function soundSearch(home: string): Promise<MadeSearch> {
  const made = new MadeSearch(home);
  const mixtures = [
    { id: 'i1-p001', weights: [0.3, 0.7] },
    { id: 'i1-p002', weights: [0.2, 0.8] },
  ];
  await made.sample('sampleMixtures', 'i1-sample', mixtures);
  await made.proxy('i1-p001');
  await made.proxy('i1-p002');
  return made;
}
