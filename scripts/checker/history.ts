/**
 * A search as Temporal remembers it: `temporal workflow show -o json` of each of its runs. The checker reads files and
 * this; it imports nothing of what it checks, so that a mistake there is none here.
 */
export type History = { readonly events: readonly HistoryEvent[] };
type HistoryEvent = { readonly eventType: string } & Readonly<Record<string, unknown>>;

/** What happened to a search, oldest first, over all of its runs. */
export type Happening =
  /** `at`: milliseconds since 1970 on the workflow's own clock, by which it decided. */
  | { readonly kind: 'scheduled'; readonly activity: Activity; readonly at: number }
  | { readonly kind: 'completed'; readonly activity: Activity; readonly result: unknown }
  /**
   * `failed`: for good, by the type of its failure; absent: it was called off, also where it would have been tried again
   * otherwise. `device`: seconds that it occupied one; absent: nobody was left to say it.
   */
  | { readonly kind: 'lost'; readonly activity: Activity; readonly failed?: string; readonly device?: number }
  | { readonly kind: 'message'; readonly name: string; readonly payload: unknown };

export type Activity = { readonly id: string; readonly type: string; readonly input: unknown };

type Payloads = { readonly payloads?: readonly { readonly data?: string }[] };
type FailureInfo = { readonly type?: string; readonly nonRetryable?: boolean; readonly details?: Payloads };
type Attributes = {
  readonly activityId?: string;
  readonly activityType?: { readonly name: string };
  readonly scheduledEventId?: string;
  readonly input?: Payloads;
  readonly result?: Payloads;
  readonly startedEventId?: string;
  readonly workflowTaskCompletedEventId?: string;
  readonly details?: Payloads;
  readonly failure?: { readonly applicationFailureInfo?: FailureInfo };
  readonly retryState?: string;
  readonly signalName?: string;
  readonly acceptedRequest?: { readonly input: { readonly name: string; readonly args?: Payloads } };
};

export function happenings(runs: readonly History[]): Happening[] {
  return runs.flatMap(ofOneRun);
}

function ofOneRun({ events }: History): Happening[] {
  const scheduled = new Map<string, Activity>();
  /** When each workflow task was started, by the event that completed it. */
  const clock = new Map<string, number>();
  const times = new Map<string, number>();
  return events.flatMap((event): Happening[] => {
    const found = attributesOf(event);
    const activity = scheduled.get(found.scheduledEventId ?? '');
    switch (event.eventType.replace('EVENT_TYPE_', '')) {
      case 'WORKFLOW_TASK_STARTED':
        times.set(String(event['eventId']), Date.parse(String(event['eventTime'])));
        return [];
      case 'WORKFLOW_TASK_COMPLETED':
        clock.set(String(event['eventId']), times.get(found.startedEventId ?? '') ?? NaN);
        return [];
      case 'ACTIVITY_TASK_SCHEDULED': {
        const { activityId: id = '', activityType } = found;
        const begun = { id, type: activityType?.name ?? '', input: first(found.input) };
        scheduled.set(String(event['eventId']), begun);
        const at = clock.get(found.workflowTaskCompletedEventId ?? '') ?? NaN;
        return [{ kind: 'scheduled', activity: begun, at }];
      }
      case 'ACTIVITY_TASK_COMPLETED':
        return activity ? [{ kind: 'completed', activity, result: first(found.result) }] : [];
      case 'ACTIVITY_TASK_FAILED':
      case 'ACTIVITY_TASK_TIMED_OUT': {
        if (activity === undefined) return [];
        const { type = '', nonRetryable = false, details } = found.failure?.applicationFailureInfo ?? {};
        const calledOff = found.retryState === 'RETRY_STATE_CANCEL_REQUESTED' && !nonRetryable;
        const device = secondsIn(details);
        return [
          { kind: 'lost', activity, ...(!calledOff && { failed: type }), ...(device !== undefined && { device }) },
        ];
      }
      case 'ACTIVITY_TASK_CANCELED':
        return activity ? [{ kind: 'lost', activity, device: secondsIn(found.details) ?? 0 }] : [];
      case 'WORKFLOW_EXECUTION_SIGNALED':
        return [{ kind: 'message', name: found.signalName ?? '', payload: first(found.input) }];
      case 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED': {
        const { name = '', args } = found.acceptedRequest?.input ?? {};
        return [{ kind: 'message', name, payload: first(args) }];
      }
      default:
        return [];
    }
  });
}

/** Every payload of every event, decoded. */
export function payloadsOf(runs: readonly History[]): unknown[] {
  const found: unknown[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { payloads } = value as Payloads;
    if (Array.isArray(payloads)) found.push(...payloads.map(decoded));
    else if ('metadata' in value && 'data' in value) found.push(decoded(value as { data: string }));
    else Object.values(value).forEach(visit);
  };
  visit(runs);
  return found;
}

/** What the last run of a search answered; undefined where it didn't complete. */
export function resultOf(runs: readonly History[]): unknown {
  const last = runs.at(-1)?.events.find(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
  return last && first(attributesOf(last).result);
}

function attributesOf(event: HistoryEvent): Attributes {
  const name = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  return (name === undefined ? {} : event[name]) as Attributes;
}

const first = (payloads: Payloads | undefined): unknown => {
  const payload = payloads?.payloads?.[0];
  return payload && decoded(payload);
};

/** What a trainer says in the details of its failure. */
function secondsIn(details: Payloads | undefined): number | undefined {
  const seconds = first(details);
  return typeof seconds === 'number' ? seconds : undefined;
}

function decoded({ data = '' }: { readonly data?: string }): unknown {
  const text = Buffer.from(data, 'base64').toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
