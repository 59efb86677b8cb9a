/**
 * The subjects of MMLU (arXiv 2009.03300) by category, as in `categories.py` of github.com/hendrycks/test. Within a
 * category in alphabetical order, in which their items are pooled.
 */
export const mmluCategories = {
  stem: [
    'abstract_algebra',
    'astronomy',
    'college_biology',
    'college_chemistry',
    'college_computer_science',
    'college_mathematics',
    'college_physics',
    'computer_security',
    'conceptual_physics',
    'electrical_engineering',
    'elementary_mathematics',
    'high_school_biology',
    'high_school_chemistry',
    'high_school_computer_science',
    'high_school_mathematics',
    'high_school_physics',
    'high_school_statistics',
    'machine_learning',
  ],
  humanities: [
    'formal_logic',
    'high_school_european_history',
    'high_school_us_history',
    'high_school_world_history',
    'international_law',
    'jurisprudence',
    'logical_fallacies',
    'moral_disputes',
    'moral_scenarios',
    'philosophy',
    'prehistory',
    'professional_law',
    'world_religions',
  ],
  social_sciences: [
    'econometrics',
    'high_school_geography',
    'high_school_government_and_politics',
    'high_school_macroeconomics',
    'high_school_microeconomics',
    'high_school_psychology',
    'human_sexuality',
    'professional_psychology',
    'public_relations',
    'security_studies',
    'sociology',
    'us_foreign_policy',
  ],
  other: [
    'anatomy',
    'business_ethics',
    'clinical_knowledge',
    'college_medicine',
    'global_facts',
    'human_aging',
    'management',
    'marketing',
    'medical_genetics',
    'miscellaneous',
    'nutrition',
    'professional_accounting',
    'professional_medicine',
    'virology',
  ],
} as const satisfies Record<string, readonly string[]>;

/** What comes before a subject or a category in the name of a task. */
const prefix = 'mmlu_';

/** Every task's name with the subjects that it pools: one for a subject, several for a category. */
export const mmluTasks: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...Object.entries(mmluCategories).map(([name, subjects]) => [`${prefix}${name}`, subjects] as const),
  ...Object.values(mmluCategories)
    .flat()
    .map((subject) => [`${prefix}${subject}`, [subject]] as const),
]);
