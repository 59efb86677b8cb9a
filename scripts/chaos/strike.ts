import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { ChaosServer } from './chaos-server.ts';
import type { ChaosWorkers } from './chaos-worker.ts';
import type { HistoryFault } from './plan.ts';

type Within = {
  readonly workers: ChaosWorkers;
  readonly search: WorkflowHandle;
  readonly server: ChaosServer;
};

const serverDownFor = 2_000;

/** @returns whether it struck: there may be no trainer now, or the search may have ended meanwhile */
export async function strike(fault: HistoryFault, { workers, search, server }: Within): Promise<boolean> {
  switch (fault.do) {
    case 'kill worker':
      return workers.signal('SIGKILL');
    case 'stop worker':
      return workers.signal('SIGTERM');
    case 'freeze worker':
      return workers.signal('SIGSTOP');
    case 'kill trainer':
      return workers.signalTrainer('SIGKILL');
    case 'freeze trainer':
      return workers.signalTrainer('SIGSTOP');
    case 'kill server':
      await server.strike(serverDownFor);
      return true;
    case 'kill everything':
      workers.signal('SIGKILL');
      await server.strike(serverDownFor);
      return true;
    case 'tell':
      return tell(search, fault.message, fault.payload);
  }
}

async function tell(search: WorkflowHandle, message: string, payload: object): Promise<boolean> {
  try {
    await search.signal(message, payload);
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return false;
  }
}
