// Completion, by a real bash.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Output } from '../../src/commands/output.ts'
import { makeProgram } from '../../src/commands/program.ts'
import { startProgram } from '../helper/program.ts'
import { makeShell } from './command.ts'

t.setTimeout(300_000)

t.test('bash completes commands, options and choices', async t => {
  const shell = await makeShell(t)
  const { code, stdout } = await shell.run(['completion', 'bash'])
  t.equal(code, 0)
  const script = join(shell.folder, 'completion.bash')
  await writeFile(script, stdout)
  const complete = async (line: string) => {
    const words = line.split(' ')
    const ask = `source ${script}; complete -p daybatch >/dev/null || exit 1
      COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
      _daybatch; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { code, stdout, stderr } = await startProgram(['bash', '--norc', '-c', ask], { cwd: shell.folder })
      .ended
    t.match({ code, stderr }, { code: 0, stderr: '' }, line)
    return stdout.split('\n').filter(word => word !== '')
  }
  t.same(await complete('daybatch camp'), ['campaign'])
  t.same(await complete('daybatch campaign sh'), ['show'])
  t.same(await complete('daybatch campaign create --na'), ['--name'])
  t.same(await complete('daybatch campaign create --name Offer --js'), ['--json'])
  t.same(await complete('daybatch completion z'), ['zsh'])
  t.same(await complete('daybatch send nothing-of-ours'), [], 'names of files are the shell’s')
  const commands = makeProgram(new Output({ isJson: false })).commands.map(command => command.name())
  t.same(
    new Set((await complete('daybatch ')).filter(word => !word.startsWith('-'))),
    new Set([...commands, 'help']),
  )
})

t.test('zsh and fish get a script, others an answer', async t => {
  const shell = await makeShell(t)
  t.match(await shell.run(['completion', 'zsh']), {
    code: 0,
    stdout: /^autoload -Uz bashcompinit && bashcompinit\n/,
  })
  t.match(await shell.run(['completion', 'fish']), {
    code: 0,
    stdout: /\ncomplete -c daybatch -n '__daybatch_at \\'campaign create\\'' -r -l name -d /,
  })
  t.match(await shell.run(['completion', 'csh']), { code: 1, stderr: /Allowed choices are bash, zsh, fish/ })
})

t.test('every command has a description, and help with an example', async t => {
  type Commands = ReturnType<typeof makeProgram>['commands']
  const check = (commands: Commands, path: string) => {
    for (const command of commands) {
      const name = `${path} ${command.name()}`
      t.not(command.description(), '', name)
      if (command.commands.length > 0) check(command.commands, name)
      else {
        let help = ''
        command.configureOutput({ writeOut: text => (help += text) }).outputHelp()
        t.match(help, /\nExamples?:\n {2}\S*.*daybatch /, name)
      }
    }
  }
  check(makeProgram(new Output({ isJson: false })).commands, 'daybatch')
})
