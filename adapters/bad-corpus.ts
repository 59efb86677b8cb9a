/** A corpus that can't be used as it is: nothing is tried again until somebody changed it or the search file. */
export class BadCorpus extends Error {
  override name = 'BadCorpus';
  /** The field of the search file to look at, such as `corpus.path`. */
  readonly field: string;

  /** @param message what happened, what was got, why it matters, what to try */
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
