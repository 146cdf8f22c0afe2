/** The scripts for shells. Each asks `hukz __complete`, which prints a word per line, a tab and its description. */
export const SCRIPTS = {
  // `compgen -W` would expand the words as shell code.
  bash: String.raw`_hukz() {
  local word="${'$'}{COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS=$'\t' read -r line _; do
    [[ "$line" == "$word"* ]] && COMPREPLY+=("$line")
  done < <(hukz __complete -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
# A key such as key:shop/orders is one word.
COMP_WORDBREAKS="${'$'}{COMP_WORDBREAKS//:/}"
complete -o default -F _hukz hukz
`,
  zsh: String.raw`#compdef hukz
_hukz() {
  local -a found
  local word description
  while IFS=$'\t' read -r word description; do
    found+=("${'$'}{word//:/\\:}:$description")
  done < <(hukz __complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${'$'}{#found} )); then _describe 'hukz' found; else _files; fi
}
# As a file of fpath, this is the body of _hukz at its first call.
if [[ "${'$'}{funcstack[1]}" == _hukz ]]; then _hukz "$@"; else compdef _hukz hukz; fi
`,
  fish: `function __hukz_complete
  set -l words (commandline -opc) (commandline -ct)
  hukz __complete -- $words[2..-1] 2>/dev/null
end
complete -c hukz -f -a '(__hukz_complete)'
complete -c hukz -s f -l file -r -F
`,
} as const;

export type Shell = keyof typeof SCRIPTS;
export const SHELLS = Object.keys(SCRIPTS) as readonly Shell[];
