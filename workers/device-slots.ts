import { Context } from '@temporalio/activity';
import type {
  ActivityInboundCallsInterceptor,
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotPermit,
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
    execute: (input, next) => next(input).finally(() => this.#gone.delete(activity)),
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

  releaseSlot(): void {
    this.#permits -= 1;
    this.#handOut();
  }

  get #isFree(): boolean {
    return this.#permits - this.#gone.size < this.#devices;
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
