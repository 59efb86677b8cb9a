export { climbSearch } from './climb-search.ts';
