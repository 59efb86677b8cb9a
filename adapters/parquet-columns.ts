import { DuckDBArrayType, DuckDBListType, DuckDBStructType, DuckDBTypeId, type DuckDBType } from '@duckdb/node-api';
import type { Source } from '../climb/corpus/reading.ts';
import { BadCorpus } from './bad-corpus.ts';
import { fieldUses, type FieldUse } from '../climb/corpus/field-uses.ts';
import type { ColumnRead, ParquetColumn } from './parquet-rows.ts';

/** A column that the rules need, with its type for comparisons between files. */
export type UsedColumn = ColumnRead & { readonly type: string };

const numbers = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);
const isNumber = ({ typeId }: DuckDBType) => numbers.has(typeId);

/** What a column must be to serve a use, and how it is read. */
const kinds: Record<FieldUse['kind'], { expected: string; fits: (type: DuckDBType) => boolean; cast: string | null }> =
  {
    text: { expected: 'VARCHAR', fits: ({ typeId }) => typeId === DuckDBTypeId.VARCHAR, cast: null },
    name: {
      expected: 'VARCHAR, a number, or another plain type',
      fits: ({ typeId }) => !notNames.has(typeId),
      cast: 'VARCHAR',
    },
    number: { expected: 'a number', fits: isNumber, cast: 'DOUBLE' },
    vector: {
      expected: 'a list of FLOAT or DOUBLE',
      fits: (type) => (type instanceof DuckDBListType || type instanceof DuckDBArrayType) && isNumber(type.valueType),
      cast: 'DOUBLE[]',
    },
  };
const notNames = new Set([
  DuckDBTypeId.BLOB,
  DuckDBTypeId.LIST,
  DuckDBTypeId.STRUCT,
  DuckDBTypeId.MAP,
  DuckDBTypeId.ARRAY,
  DuckDBTypeId.UNION,
]);

/**
 * The columns that a source's rules need of a Parquet file: nothing else of it is read.
 * @throws BadCorpus naming the file, the column, what was expected and what is there
 */
export function usedColumns(path: string, columns: readonly ParquetColumn[], source: Source): UsedColumn[] {
  const used = new Map<string, UsedColumn>();
  for (const { fields, kind, optional, where } of fieldUses(source)) {
    const { expected, fits, cast } = kinds[kind];
    const found = fields.flatMap((field) => columnAt(columns, field) ?? []);
    if (found.length === 0 && !optional) {
      throw new BadCorpus(
        where,
        `${path} has no column ${fields.map((field) => `"${field}"`).join(' or ')}: expected ${expected}, found the columns ${listed(columns)}; name the field that it has, or take the file out`,
      );
    }
    for (const { field, sql, type } of found) {
      if (!fits(type)) {
        if (optional) continue;
        throw new BadCorpus(
          where,
          `${path}: column "${field}" is ${shown(type)}, expected ${expected}; found the columns ${listed(columns)}; name another field, or convert the column`,
        );
      }
      // A number that is also a name stays a number: names are made of numbers, not the other way round.
      if (kind === 'name' && used.has(field)) continue;
      used.set(field, { field, sql: cast === null ? sql : `cast(${sql} as ${cast})`, type: shown(type) });
    }
  }
  return [...used.values()];
}

/** A column of that name or, where there is none, the field of a struct that its dots lead to. */
function columnAt(
  columns: readonly ParquetColumn[],
  field: string,
): { field: string; sql: string; type: DuckDBType } | undefined {
  const whole = columns.find(({ name }) => name === field);
  if (whole !== undefined) return { field, sql: identifier(field), type: whole.type };
  const [first = '', ...steps] = field.split('.');
  const start = columns.find(({ name }) => name === first);
  if (start === undefined || steps.length === 0) return undefined;
  let { type } = start;
  let sql = identifier(first);
  for (const step of steps) {
    const at = type instanceof DuckDBStructType ? type.entryNames.indexOf(step) : -1;
    if (at < 0) return undefined;
    type = (type as DuckDBStructType).entryTypes[at]!;
    sql = `struct_extract(${sql}, '${step.replaceAll("'", "''")}')`;
  }
  return { field, sql, type };
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const listedColumns = 20;

function listed(columns: readonly ParquetColumn[]): string {
  const some = columns.slice(0, listedColumns).map(({ name, type }) => `${cut(name)} ${shown(type)}`);
  return some.join(', ') + (columns.length > listedColumns ? ` and ${columns.length - listedColumns} more` : '');
}

function shown(type: DuckDBType): string {
  return cut(String(type));
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
