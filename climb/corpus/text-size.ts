export type SizedFile = { readonly path: string; readonly bytes: number; readonly format: string };

/**
 * Bytes of text in files, as far as can be told without reading them.
 * @param ratio what a byte of a compressed file becomes; what Parquet holds is compressed
 */
export function textBytes(files: readonly SizedFile[], ratio: number): number {
  const compressed = ({ path, format }: SizedFile) => format === 'parquet' || /\.(gz|zst)$/i.test(path);
  return files.reduce((sum, file) => sum + file.bytes * (compressed(file) ? ratio : 1), 0);
}
