import type { Source } from './reading.ts';

/** What a source's rules want of a record's fields. */
export type FieldUse = {
  /** One of them is enough. */
  readonly fields: readonly string[];
  readonly kind: 'text' | 'name' | 'number' | 'vector';
  /** A record without it is a document all the same. */
  readonly optional: boolean;
  /** Where the search file names them. */
  readonly where: string;
};

/** Numbers before names: what is both is read as a number. */
export function fieldUses({ name, rules, field }: Source): FieldUse[] {
  const { textFields, vectorField, scoreFields, idField, labelField, domainField } = rules;
  const use = (
    fields: readonly (string | null)[],
    kind: FieldUse['kind'],
    where: string,
    optional = false,
  ): FieldUse[] => {
    const named = fields.filter((one) => one !== null);
    return named.length === 0 ? [] : [{ fields: named, kind, where, optional }];
  };
  return [
    ...use(textFields, 'text', `${field}.textField`),
    ...use([vectorField], 'vector', 'embedding.field'),
    ...Object.entries(scoreFields).flatMap(([axis, one]) => use([one], 'number', `clusters.quality.fields.${axis}`)),
    ...use([idField], 'name', `${field}.idField`),
    ...use([domainField], 'name', 'clusters.field', domainField === 'source' && name !== null),
    ...use([labelField], 'name', `${field}.labelField`, true),
  ];
}

/** What each kind of field holds, in words. */
const contents: Record<FieldUse['kind'], string> = {
  text: 'text',
  vector: 'a list of numbers',
  number: 'a number',
  name: 'a name',
};

/**
 * Which of the fields that a source's rules read a bad record failed on: what was expected there, and where the search
 * file names it.
 * @param reason why it is bad, as `parseRecord` has it; one that names no field (`not JSON`) counts as one of the text
 */
export function fieldAtFault(source: Source, reason: string | undefined): { expected: string; where: string } {
  const uses = fieldUses(source);
  const use = uses.find(({ fields }) => fields.some((field) => reason?.includes(`"${field}"`))) ?? uses[0]!;
  const fields = use.fields.map((field) => `"${field}"`).join(' or ');
  return { expected: `${contents[use.kind]} in the field ${fields}`, where: use.where };
}
