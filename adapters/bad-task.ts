/** A task or items file that can't be used: nothing is tried again until somebody changed it or the search file. */
export class BadTask extends Error {
  override name = 'BadTask';
}
