type Look<T> = () => T | undefined | false | Promise<T | undefined | false>;

/**
 * Polls until `look` answers something; tests wait for what they observe, never for a time.
 * @throws after `milliseconds`: a wait that outlives its test would keep Jest from ending.
 */
export async function until<T>(look: Look<T>, milliseconds = 60_000): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`nothing seen in ${milliseconds / 1000} s: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
