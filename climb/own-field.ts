/** A value by a name that people choose: one such as `constructor` is none that every object inherits. */
export function ownField<Value>(values: Readonly<Record<string, Value>> | null | undefined, name: string) {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}
