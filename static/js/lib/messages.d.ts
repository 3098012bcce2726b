/**
 * The server's messages. Generated from the OpenAPI schema and the WebSocket messages by
 * tools/generate_message_types.py: run `make types` after a change of either; do not edit.
 */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    EpochJson: {
      epoch: number;
      train_error: number;
      train_accuracy: number;
      validation_error: number | null;
      validation_accuracy: number | null;
      test_error: number;
      test_accuracy: number;
      learning_rate: number;
      seconds: number;
    };
    FindingJson: {
      code: string;
      /** @enum {string} */
      level: "problem" | "warning" | "note";
      title: string;
      what: string;
      why: string;
      try: string;
    };
    RunJson: {
      id: number;
      name: string;
      title: string;
      status: string;
      stage: string;
      failure: string;
      finish_reason: string;
      config: {
        [key: string]: unknown;
      };
      created: string;
      started: string | null;
      finished: string | null;
      epoch: number;
      epochs: number;
      progress: number;
      findings: components["schemas"]["FindingJson"][];
      latest: components["schemas"]["EpochJson"] | null;
      curve: number[];
      attempt: number;
      worker: string;
      train_seconds: number;
      tags: string[];
      version: number | null;
      parameters: number;
      can_stop: boolean;
      can_resume: boolean;
      can_publish: boolean;
    };
    ErrorOut: {
      detail: string;
      code: string;
    };
    FieldError: {
      loc: (string | number)[];
      msg: string;
    };
    ValidationErrorOut: {
      detail: components["schemas"]["FieldError"][] | string;
      code: string;
    };
    RunRequest: {
      /** @enum {string} */
      dataset?: "mnist" | "pen-strokes" | "mnist+pen-strokes" | "corrections";
      hidden_layers?: number[] | string;
      /** @enum {string} */
      activation?: "sigmoid" | "tanh" | "relu";
      /** @enum {string} */
      loss?: "squared_error" | "cross_entropy";
      /** @enum {string} */
      initializer?: "uniform" | "xavier" | "he";
      shuffle?: boolean | ("true" | "false" | "on" | "off");
      /** @enum {string} */
      optimizer?: "sgd" | "momentum" | "nesterov" | "rmsprop" | "adam" | "adamw";
      learning_rate?: number;
      /** @enum {string} */
      schedule?: "constant" | "step" | "cosine" | "one_cycle";
      batch_size?: number;
      epochs?: number;
      error_threshold?: number | null;
      patience?: number | null;
      validation_share?: number;
      /** @enum {string} */
      keep?: "last" | "best";
      l2?: number;
      dropout?: number;
      /** @enum {string} */
      augmentation?: "none" | "mild" | "strong";
      seed?: number;
      /** @enum {string} */
      engine?: "nnlib" | "keras";
      from_version?: number | null;
      name?: string;
      tags?: string[] | string;
      preset?: ("classic" | "fast" | "best") | null;
    };
    FilterQuery: {
      dataset?: string;
      tag?: string[];
      q?: string;
      optimizer?: string;
      engine?: string;
      hidden_layers?: string;
      min_learning_rate?: number | "" | null;
      max_learning_rate?: number | "" | null;
      min_epochs?: number | "" | null;
      max_epochs?: number | "" | null;
      min_test_error?: number | "" | null;
      max_test_error?: number | "" | null;
      min_test_accuracy?: number | "" | null;
      max_test_accuracy?: number | "" | null;
    };
    /** @enum {string} */
    Status: "queued" | "running" | "stopping" | "stopped" | "completed" | "failed";
    RunList: {
      items: components["schemas"]["RunListed"][];
      next: string | null;
    };
    RunListed: {
      id: number;
      name: string;
      title: string;
      status: string;
      stage: string;
      failure: string;
      finish_reason: string;
      config: {
        [key: string]: unknown;
      };
      created: string;
      started: string | null;
      finished: string | null;
      epoch: number;
      epochs: number;
      progress: number;
      findings: components["schemas"]["FindingJson"][];
      latest: components["schemas"]["EpochJson"] | null;
      curve: number[];
      attempt: number;
      worker: string;
      train_seconds: number;
      tags: string[];
      version: number | null;
      parameters: number;
      can_stop: boolean;
      can_resume: boolean;
      can_publish: boolean;
      varied: string;
    };
    RunEstimate: {
      seconds: number | null;
      seconds_per_epoch: number | null;
      run: number | null;
      is_scaled: boolean;
    };
    TrashedRun: {
      id: number;
      title: string;
      size_bytes: number;
      trashed: string;
      trashed_by: string;
    };
    TrashedRuns: {
      items: components["schemas"]["TrashedRun"][];
      next: string | null;
    };
    EmptiedOut: {
      numbers: number[];
      freed_bytes: number;
      kept: string[];
    };
    EventJson: {
      at: string;
      status: string;
      text: string;
    };
    PublishedJson: {
      epoch: number;
      samples: number;
      version: number;
    };
    RunDetail: {
      id: number;
      name: string;
      title: string;
      status: string;
      stage: string;
      failure: string;
      finish_reason: string;
      config: {
        [key: string]: unknown;
      };
      created: string;
      started: string | null;
      finished: string | null;
      epoch: number;
      epochs: number;
      progress: number;
      findings: components["schemas"]["FindingJson"][];
      latest: components["schemas"]["EpochJson"] | null;
      curve: number[];
      attempt: number;
      worker: string;
      train_seconds: number;
      tags: string[];
      version: number | null;
      parameters: number;
      can_stop: boolean;
      can_resume: boolean;
      can_publish: boolean;
      notes: string;
      events: components["schemas"]["EventJson"][];
      stored_epochs: number[];
      published: components["schemas"]["PublishedJson"][];
      queue_position: number | null;
      expected_start_seconds: number | null;
    };
    Description: {
      name?: string | null;
      notes?: string | null;
      tags?: string[] | string | null;
    };
    SnapshotsOut: {
      epochs: number[];
      size_bytes: number;
      sha256: string;
    };
    VersionOut: {
      number: number;
      name: string;
      title: string;
      source: string;
      architecture: {
        [key: string]: unknown;
      };
      config: {
        [key: string]: unknown;
      };
      metrics: {
        [key: string]: unknown;
      };
      history: {
        [key: string]: unknown;
      }[];
      findings: components["schemas"]["FindingJson"][];
      dataset: string;
      dataset_fingerprint: string;
      preprocessing: string;
      library_versions: {
        [key: string]: string;
      };
      size_bytes: number;
      sha256: string;
      parameters: number;
      snapshots: components["schemas"]["SnapshotsOut"] | null;
      parent: number | null;
      origin: {
        [key: string]: unknown;
      };
      aliases: string[];
      tags: string[];
      notes: string;
      created: string;
    };
    Publication: {
      epoch?: number | null;
    };
    DatasetList: {
      items: components["schemas"]["DatasetOut"][];
      next: null;
    };
    DatasetOut: {
      key: string;
      title: string;
      train_count: number;
      test_count: number;
      /** @enum {string} */
      state: "ready" | "on_first_use" | "unavailable";
      note: string;
      tested_on: string;
    };
    VersionList: {
      items: components["schemas"]["VersionOut"][];
      next: string | null;
    };
    Rescaling: {
      /** @enum {string} */
      input_scale: "-1..1" | "0..255" | "mnist-standardized";
    };
    MistakeList: {
      items: components["schemas"]["MistakeOut"][];
      next: string | null;
    };
    MistakeOut: {
      image: number;
      truth: number;
      answer: number;
      confidence: number;
      pixels: number[];
    };
    PredictReply: {
      results: components["schemas"]["Result"][];
      seen?: number[] | null;
      is_digit?: boolean | null;
      digit_likelihood?: number | null;
      id?: number | string | null;
    };
    Result: {
      version: number;
      digit?: number | null;
      digits?: number[] | null;
      probabilities: number[] | number[][];
      confidence?: number | null;
      verdict?: ("sure" | "unsure" | "not_a_digit") | null;
      candidates?: number[] | null;
      temperature?: number | null;
      activations?: number[][] | null;
      inside?: {
        [key: string]: unknown;
      } | null;
    };
    InsideRequest: {
      lines?: number;
      focus?: [number, number] | null;
      why?: boolean;
    };
    PredictRequest: {
      strokes?: number[][][] | null;
      brush?: number | null;
      image?: string | null;
      pixels?: number[] | number[][] | null;
      /** @enum {integer} */
      scale?: 1 | 255;
      versions?: (number | string)[];
      activations?: boolean;
      inside?: components["schemas"]["InsideRequest"] | null;
      id?: number | string | null;
    } & (
      | {
          strokes: unknown[];
          image?: null;
          pixels?: null;
        }
      | {
          strokes?: null;
          image: string;
          pixels?: null;
        }
      | {
          strokes?: null;
          image?: null;
          pixels: unknown[];
        }
    );
    CorrectionOut: {
      id: number;
      label: number;
      digit: number | null;
      version: number | null;
      form: string;
      strokes: number[][][] | null;
      brush: number | null;
      seen: number[];
      preprocessing: string;
      author: string;
      created: string;
    };
    CorrectionRequest: {
      strokes?: number[][][] | null;
      brush?: number | null;
      image?: string | null;
      pixels?: number[] | number[][] | null;
      /** @enum {integer} */
      scale?: 1 | 255;
      label: number;
      version?: number | string | null;
    } & (
      | {
          strokes: unknown[];
          image?: null;
          pixels?: null;
        }
      | {
          strokes?: null;
          image: string;
          pixels?: null;
        }
      | {
          strokes?: null;
          image?: null;
          pixels: unknown[];
        }
    );
    CorrectionList: {
      items: components["schemas"]["CorrectionOut"][];
      next: string | null;
    };
    ScoreOut: {
      version: number;
      right: number;
      count: number;
      accuracy: number | null;
      learned_right: number;
      learned_count: number;
    };
    Label: {
      label: number;
    };
    AliasLine: {
      name: string;
      version: number;
      moved: string;
      moved_by: string;
    };
    AliasList: {
      items: components["schemas"]["AliasLine"][];
      next: string | null;
    };
    AliasOut: {
      name: string;
      version: number;
    };
    AliasTarget: {
      version: number;
    };
    Move: {
      alias: string;
      from: number | null;
      to: number | null;
      by: string;
      at: string;
      is_roll_back: boolean;
    };
    MoveList: {
      items: components["schemas"]["Move"][];
      next: string | null;
    };
    TrashList: {
      items: components["schemas"]["TrashedOut"][];
      next: string | null;
    };
    TrashedOut: {
      number: number;
      title: string;
      size_bytes: number;
      trashed: string;
      trashed_by: string;
    };
    CandidateOut: {
      key: string;
      title: string;
      count: number;
      size_bytes: number;
      refusal: string;
    };
    KindOut: {
      key: string;
      title: string;
      count: number;
      size_bytes: number;
      in_database: boolean;
    };
    RunBytes: {
      run: number;
      size_bytes: number;
    };
    StorageOut: {
      total_bytes: number;
      kinds: components["schemas"]["KindOut"][];
      can_go: components["schemas"]["CandidateOut"][];
      items: components["schemas"]["RunBytes"][];
      next: string | null;
    };
    BatchProgress: {
      /** @constant */
      type: "batch.progress";
      epoch: number;
      fraction: number;
      error: number;
    };
    EpochFinished: {
      /** @constant */
      type: "epoch.finished";
      epoch: components["schemas"]["EpochJson"];
    };
    RunSnapshot: {
      /** @constant */
      type: "run.snapshot";
      run: components["schemas"]["RunJson"];
      epochs: components["schemas"]["EpochJson"][];
      events: components["schemas"]["EventJson"][];
    };
    StatusChanged: {
      /** @constant */
      type: "status.changed";
      status: string;
      version: number | null;
      run: components["schemas"]["RunJson"];
      events: components["schemas"]["EventJson"][];
    };
    RunMessage:
      | components["schemas"]["RunSnapshot"]
      | components["schemas"]["EpochFinished"]
      | components["schemas"]["BatchProgress"]
      | components["schemas"]["StatusChanged"];
    Lines: {
      sources: number[];
      targets: number[];
      values: number[];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type EpochJson = components["schemas"]["EpochJson"];
export type FindingJson = components["schemas"]["FindingJson"];
export type RunJson = components["schemas"]["RunJson"];
export type ErrorOut = components["schemas"]["ErrorOut"];
export type FieldError = components["schemas"]["FieldError"];
export type ValidationErrorOut = components["schemas"]["ValidationErrorOut"];
export type RunRequest = components["schemas"]["RunRequest"];
export type FilterQuery = components["schemas"]["FilterQuery"];
export type Status = components["schemas"]["Status"];
export type RunList = components["schemas"]["RunList"];
export type RunListed = components["schemas"]["RunListed"];
export type RunEstimate = components["schemas"]["RunEstimate"];
export type TrashedRun = components["schemas"]["TrashedRun"];
export type TrashedRuns = components["schemas"]["TrashedRuns"];
export type EmptiedOut = components["schemas"]["EmptiedOut"];
export type EventJson = components["schemas"]["EventJson"];
export type PublishedJson = components["schemas"]["PublishedJson"];
export type RunDetail = components["schemas"]["RunDetail"];
export type Description = components["schemas"]["Description"];
export type SnapshotsOut = components["schemas"]["SnapshotsOut"];
export type VersionOut = components["schemas"]["VersionOut"];
export type Publication = components["schemas"]["Publication"];
export type DatasetList = components["schemas"]["DatasetList"];
export type DatasetOut = components["schemas"]["DatasetOut"];
export type VersionList = components["schemas"]["VersionList"];
export type Rescaling = components["schemas"]["Rescaling"];
export type MistakeList = components["schemas"]["MistakeList"];
export type MistakeOut = components["schemas"]["MistakeOut"];
export type PredictReply = components["schemas"]["PredictReply"];
export type Result = components["schemas"]["Result"];
export type InsideRequest = components["schemas"]["InsideRequest"];
export type PredictRequest = components["schemas"]["PredictRequest"];
export type CorrectionOut = components["schemas"]["CorrectionOut"];
export type CorrectionRequest = components["schemas"]["CorrectionRequest"];
export type CorrectionList = components["schemas"]["CorrectionList"];
export type ScoreOut = components["schemas"]["ScoreOut"];
export type Label = components["schemas"]["Label"];
export type AliasLine = components["schemas"]["AliasLine"];
export type AliasList = components["schemas"]["AliasList"];
export type AliasOut = components["schemas"]["AliasOut"];
export type AliasTarget = components["schemas"]["AliasTarget"];
export type Move = components["schemas"]["Move"];
export type MoveList = components["schemas"]["MoveList"];
export type TrashList = components["schemas"]["TrashList"];
export type TrashedOut = components["schemas"]["TrashedOut"];
export type CandidateOut = components["schemas"]["CandidateOut"];
export type KindOut = components["schemas"]["KindOut"];
export type RunBytes = components["schemas"]["RunBytes"];
export type StorageOut = components["schemas"]["StorageOut"];
export type BatchProgress = components["schemas"]["BatchProgress"];
export type EpochFinished = components["schemas"]["EpochFinished"];
export type RunSnapshot = components["schemas"]["RunSnapshot"];
export type StatusChanged = components["schemas"]["StatusChanged"];
export type RunMessage = components["schemas"]["RunMessage"];
export type Lines = components["schemas"]["Lines"];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
