import { parentPort, workerData } from 'node:worker_threads';
import { type Setting, type Task, worker } from './tasks.ts';

const port = parentPort;
if (port === null) throw new Error('thread.ts was started as a program; it only works as a thread of bench:search');
const ready = worker(workerData as Setting);
port.on('message', (task: Task) => {
  void ready.then((work) => port.postMessage(work(task)));
});
