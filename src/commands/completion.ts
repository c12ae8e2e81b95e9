import { Argument, type Command, type Option } from 'commander'
import type { Output } from './output.ts'

/** What can follow on one command: its path is `campaign create`, that of the program is empty. */
interface Place {
  path: string
  commands: Command[]
  options: Option[]
  /** Words that an argument allows. */
  choices: string[]
}

const SHELLS: Record<string, (places: Place[]) => string> = {
  bash: writeBash,
  // zsh runs what is written for bash
  zsh: places => `autoload -Uz bashcompinit && bashcompinit\n${writeBash(places)}`,
  fish: writeFish,
}

export function addCompletion(program: Command, _output: Output): void {
  program
    .command('completion')
    .description('print what lets a shell complete the commands and options of daybatch')
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
For the command daybatch: where it is run by npx, first alias daybatch='npx daybatch'.

Examples:
  eval "$(npx daybatch completion bash)"                # in ~/.bashrc
  eval "$(npx daybatch completion zsh)"                 # in ~/.zshrc, after compinit
  npx daybatch completion fish | source                 # in ~/.config/fish/config.fish`,
    )
    .action((shell: string) => {
      process.stdout.write(SHELLS[shell]!(listPlaces(program, '')))
    })
}

function listPlaces(command: Command, path: string): Place[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
  const choices = command.registeredArguments.flatMap(argument => argument.argChoices ?? [])
  const below = commands.flatMap(child => listPlaces(child, `${path} ${child.name()}`.trim()))
  return [{ path, commands, options, choices }, ...below]
}

function writeBash(places: Place[]): string {
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`]))
  const cases = places.map(({ path, commands, options, choices }) => {
    const names = options.flatMap(({ long, short }) => long ?? short ?? [])
    const words = [...commands.map(command => command.name()), ...choices, ...names].join(' ')
    return `    "${path}") words="${words}" ;;`
  })
  return `_daybatch() {
  local path="" words="" next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in ${paths.join(' | ')}) path="$next" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _daybatch daybatch
`
}

function writeFish(places: Place[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [quote(path)]))
  const lines = places.flatMap(({ path, commands, options, choices }) => {
    const line = (what: string, description: string) =>
      `complete -c daybatch -n ${quote(`__daybatch_at ${quote(path)}`)} ${what} -d ${quote(description)}`
    return [
      ...commands.map(command => line(`-f -a ${command.name()}`, command.description())),
      ...choices.map(choice => line(`-f -a ${choice}`, '')),
      ...options.flatMap(({ long, description, required }) =>
        long === undefined || long === null
          ? []
          : [line(`${required ? '-r ' : ''}-l ${long.slice(2)}`, description)],
      ),
    ]
  })
  return `function __daybatch_at
  set -l path
  for word in (commandline -opc)[2..-1]
    set -l next (string join ' ' -- $path $word)
    contains -- "$next" ${paths.join(' ')}; and set path $next
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`
}
