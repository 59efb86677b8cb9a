export { parseRecord } from './parse-record.ts';
