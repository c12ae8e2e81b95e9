import { fileURLToPath } from 'node:url'
import t from 'tap'
import { databaseMutants } from '../../scripts/faults/mutants/database-mutants.ts'
import { readMutated } from '../../scripts/faults/mutants/mutant.ts'
import { sourceMutants } from '../../scripts/faults/mutants/source-mutants.ts'

const top = fileURLToPath(new URL('../../', import.meta.url))

t.test(
  'the text that each mutant takes away stands in its file, once: the short form tries few of them',
  async t => {
    for (const { guard, edits = [] } of [...databaseMutants, ...sourceMutants])
      for (const edit of edits) t.not(await readMutated(top, edit), edit.from, guard)
  },
)
