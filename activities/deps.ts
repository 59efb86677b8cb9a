import type { TaskQueues, Timeouts } from '../climb/search/search-state.ts';
import type { TaskSpec } from '../climb/spec/search-file.ts';
import type { TaskItem } from '../climb/spec/task-item.ts';
import type { ArtifactStore } from '../adapters/artifact-store.ts';
import type { Compute } from '../adapters/compute.ts';
import type { CorpusReader } from '../adapters/corpus-reader.ts';
import type { derive } from '../adapters/derive.ts';
import type { ServedEmbedding } from '../adapters/embedders.ts';
import type { EvidenceFiles } from '../adapters/evidence-files.ts';
import type { FaultPoints } from '../adapters/fault-points.ts';
import type { KeptSearch } from '../adapters/kept-searches.ts';
import type { Ledger } from '../adapters/ledger.ts';
import type { NpyMatrix } from '../adapters/npy-file.ts';
import type { Classifier } from '../adapters/quality-endpoint.ts';
import type { RunFolders } from '../adapters/run-folders.ts';
import type { SearchFolders } from '../adapters/search-folders.ts';
import type { Embedder } from '../adapters/served-embedder.ts';
import type { Speeds } from '../adapters/speeds.ts';
import type { TokenizerFiles } from '../adapters/tokenizer-files.ts';
import type { Trainer } from '../adapters/trainer.ts';
import type { WarmStartFiles } from '../adapters/warm-start-files.ts';

/** The world as the activities see it. A worker hands in the real one, a test what it likes. */
export type Deps = {
  readonly store: ArtifactStore;
  readonly ledger: Ledger;
  readonly derive: typeof derive;
  readonly runs: RunFolders;
  readonly searches: SearchFolders;
  readonly speeds: Speeds;
  readonly compute: Compute;
  readonly corpus: CorpusReader;
  /** @throws BadEndpoint for a profile that this worker doesn't have. */
  readonly embedders: (embedding: ServedEmbedding) => Embedder;
  /** A .npy file that a search file names. */
  readonly vectorFile: (path: string) => Promise<NpyMatrix>;
  readonly tasks: { items(task: TaskSpec): Promise<TaskItem[]> };
  readonly warmStarts: Pick<WarmStartFiles, 'checkCheckpoint' | 'checkTokenizer' | 'keep'>;
  /** An earlier search; undefined where nothing is kept of it. */
  readonly keptSearch: (search: string) => Promise<KeptSearch | undefined>;
  readonly evidenceFiles: Pick<EvidenceFiles, 'read'>;
  readonly tokenizers: Pick<TokenizerFiles, 'check' | 'keep'>;
  /** @throws UnknownTrainer for a profile that this worker doesn't have. */
  readonly trainers: (profile: string) => Trainer;
  /** Says that the activity under way has done what it needs its core or device for: another may have it. */
  readonly leaveDevice: () => void;
  /** @throws BadEndpoint for a profile that this worker doesn't have, or whose token is missing. */
  readonly classifiers: (endpoint: string) => Classifier;
  /** Search attributes that the server knows. */
  readonly searchAttributes: () => Promise<string[]>;
  readonly timeouts: Timeouts;
  readonly queues: TaskQueues;
  readonly maxHistory: number;
  /** Where tests break the worker. */
  readonly faults: FaultPoints;
};
