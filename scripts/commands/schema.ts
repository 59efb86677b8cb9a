import { Command } from 'commander';
import * as z from 'zod/mini';
import { searchFileSchema } from '../../climb/spec/search-file.ts';

/** `climb schema`: the search file as JSON Schema, for editors: `npm run --silent climb -- schema > search.schema.json`. */
export const schemaCommand = new Command('schema')
  .description('print the JSON Schema of search files, for editors')
  .action(() => console.log(JSON.stringify(z.toJSONSchema(searchFileSchema, { io: 'input' }), null, 2)));
