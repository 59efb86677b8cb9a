import { Command } from 'commander';
import * as z from 'zod/mini';
import { branchFileSchema } from '../../climb/spec/branch-file.ts';
import { searchFileSchema } from '../../climb/spec/search-file.ts';

/** A whole search file, or one that goes on from another search. */
const anySearchFile = z.union([z.omit(searchFileSchema, { branchFrom: true }), branchFileSchema]);

/** `climb schema`: the search file as JSON Schema, for editors: `npm run --silent climb -- schema > search.schema.json`. */
export const schemaCommand = new Command('schema')
  .description('print the JSON Schema of search files, for editors')
  .action(() => console.log(JSON.stringify(z.toJSONSchema(anySearchFile, { io: 'input' }), null, 2)));
