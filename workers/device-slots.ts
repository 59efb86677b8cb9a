import { Context } from '@temporalio/activity';
import type {
  ActivityInboundCallsInterceptor,
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotPermit,
  SlotReleaseContext,
} from '@temporalio/worker';

/**
 * Slots of the queue for training: one a core or device. An activity whose trainer has ended takes none any more: while
 * it hashes and keeps what was made, and Temporal hears of it, the device has its next work.
 */
export class DeviceSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  readonly #devices: number;
  /** Polls for a task, and activities under way. */
  #permits = 0;
  /** Of those, activities that have left their device. */
  readonly #gone = new Set<Context>();
  /** As many again have left it and ended; Temporal is about to hear of them. */
  #ended = 0;
  /** Polls that wait for a device, first come first served. */
  readonly #waiting = new Set<() => void>();

  constructor(devices: number) {
    this.#devices = devices;
  }

  /** The activity under way needs its device no longer. */
  leave(): void {
    this.#gone.add(Context.current());
    this.#handOut();
  }

  /** Sees the end of activities; it belongs to every one of the queue. */
  readonly interceptor = (activity: Context): ActivityInboundCallsInterceptor => ({
    execute: (input, next) =>
      next(input).finally(() => {
        if (this.#gone.delete(activity)) this.#ended += 1;
      }),
  });

  reserveSlot(_: unknown, signal: AbortSignal): Promise<SlotPermit> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const take = () => {
        signal.removeEventListener('abort', giveUp);
        resolve(this.#take());
      };
      const giveUp = () => {
        this.#waiting.delete(take);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(take);
      this.#handOut();
    });
  }

  tryReserveSlot(): SlotPermit | null {
    return this.#isFree ? this.#take() : null;
  }

  markSlotUsed(): void {}

  /** Who released it isn't said. One that failed may be taken for one that left: that one's own release makes up for it. */
  releaseSlot({ slotInfo }: SlotReleaseContext<ActivitySlotInfo>): void {
    this.#permits -= 1;
    if (slotInfo !== undefined && this.#ended > 0) this.#ended -= 1;
    this.#handOut();
  }

  get #isFree(): boolean {
    return this.#permits - this.#gone.size - this.#ended < this.#devices;
  }

  #take(): SlotPermit {
    this.#permits += 1;
    return {};
  }

  #handOut(): void {
    for (const take of this.#waiting) {
      if (!this.#isFree) return;
      this.#waiting.delete(take);
      take();
    }
  }
}
