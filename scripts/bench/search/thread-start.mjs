// A thread doesn't inherit the loader that lets Node run TypeScript, and on Node 20 `--import tsx` is ignored in threads.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
