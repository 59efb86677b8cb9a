import { describe, expect, test } from '@jest/globals';
import { documentKind } from '../../../../climb/corpus/quality/document-kind.ts';

const samples = {
  english: {
    novel: `Call me Ishmael. Some years ago—never mind how long precisely—having little or no money in my purse, and
nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world.`,
    dialogue: `"Where is he?" said the captain.\n"Gone, and the boat with him."\n"Then we are lost."\n"Not yet."`,
    gloss: 'a small domesticated carnivorous mammal with soft fur',
    title: 'Annual report',
    shouting: 'NOTICE TO ALL PASSENGERS: THE TRAIN TO THE NORTH IS DELAYED BY AN HOUR',
    manual: `The function returns the number of rows. Call it with the name of a table:

    count_rows("orders")

If there is no such table, it raises an error that says which tables exist. The result is cached for a minute, so that
a table that changes often may be counted wrongly.`,
    table: `In 1999, 2001, 2003 and 2005 the committee met in Geneva to discuss the figures of the years before.`,
  },
  'other-language': {
    french: `Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite
que je n'avais pas le temps de me dire: je m'endors.`,
    german: `Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem ungeheueren
Ungeziefer verwandelt. Er lag auf seinem panzerartig harten Rücken.`,
    spanish: `En un lugar de la Mancha, de cuyo nombre no quiero acordarme, no ha mucho tiempo que vivía un hidalgo de los de
lanza en astillero, adarga antigua, rocín flaco y galgo corredor.`,
    dutch: 'Ik ben makelaar in koffi, en woon op de Lauriergracht. Het is mijn gewoonte niet, romans te schrijven.',
    polish: 'Litwo! Ojczyzno moja! ty jesteś jak zdrowie. Ile cię trzeba cenić, ten tylko się dowie, kto cię stracił.',
    indonesian:
      'Semua orang dilahirkan merdeka dan mempunyai martabat dan hak yang sama dengan orang lain untuk hidup.',
    turkish: 'Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler.',
    russian: 'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.',
    arabic: 'يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميراً.',
    hindi: 'सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।',
    chinese: '道可道，非常道。名可名，非常名。无名天地之始；有名万物之母。',
    japanese: '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。',
    korean: '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.',
    thai: 'มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ',
  },
  code: {
    python: `import os\nfrom typing import Iterable\n\n\ndef total(sizes: Iterable[int]) -> int:\n    result = 0\n    for size in sizes:\n        if size < 0:\n            raise ValueError(size)\n        result += size\n    return result\n`,
    typescript: `export function total(sizes: readonly number[]): number {\n  // Sizes are in bytes.\n  return sizes.reduce((sum, size) => sum + size, 0);\n}\n`,
    c: `#include <stdio.h>\n\nint main(void) {\n  for (int i = 0; i < 10; i++) {\n    printf("%d\\n", i);\n  }\n  return 0;\n}\n`,
    rust: `fn main() {\n    let name = "world";\n    println!("Hello, {}!", name);\n}\n`,
    shell: `#!/bin/sh\nset -e\nfor file in "$@"; do\n  if [ -f "$file" ]; then\n    echo "$file"\n  fi\ndone\n`,
    sql: `SELECT name, count(*) AS orders\nFROM customers\nJOIN orders ON orders.customer = customers.id\nWHERE orders.year = 2024\nGROUP BY name;\n`,
    html: `<!DOCTYPE html>\n<html>\n<body>\n<h1>Hello</h1>\n<p class="note">Text of a page</p>\n</body>\n</html>\n`,
    minified: '!function(e,t){var n=e.a||{};n.b=function(r){return r&&r.c?t(r.c):null};e.a=n}(window,d=>d[0]);',
  },
  data: {
    json: `{\n  "name": "climb",\n  "version": "1.0.0",\n  "files": [\n    "src",\n    "test"\n  ]\n}`,
    'json lines': `{"id": 1, "name": "a", "tags": ["x"]}\n{"id": 2, "name": "b", "tags": []}\n`,
    csv: `name,year,city,population\nBerlin,1990,north,3400000\nPrague,1991,south,1200000\nVienna,1992,west,1700000\n`,
    tsv: `gene\tstart\tend\nBRCA\t100\t200\nTPA\t400\t900\nMYC\t30\t77\n`,
    log: `2024-05-01 12:00:01 INFO server started on port 80\n2024-05-01 12:00:02 WARN disk almost full\n2024-05-01 12:00:09 INFO request from client\n`,
    syslog: `Jan 12 06:25:41 host cron[912]: session opened for user root\nJan 12 06:25:43 host cron[912]: session closed for user root\n`,
    numbers: '3.14159 2.71828 1.41421 1.61803 0.57721 1.20205',
    marks: '--- *** --- *** !!! ???',
    yaml: 'name: climb\nversion: 1.0.0\nfiles:\n  - src\nprivate: true\nlicense: MIT\n',
  },
} as const;

describe.each(Object.entries(samples))('%s', (kind, texts) => {
  test.each(Object.entries(texts))('%s', (_, text) => expect(documentKind(text)).toBe(kind));
});

test('a blank text is data: there is nothing to read in it', () => expect(documentKind(' \n ')).toBe('data'));
