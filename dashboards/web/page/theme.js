// @ts-check

const THEMES = ['system', 'light', 'dark']
const KEY = 'faultline-theme'

/**
 * Lets a button go through the themes; the choice is kept in this browser.
 * @param {HTMLButtonElement} button
 * @param {() => void} changed
 */
export function themeButton(button, changed) {
  let theme = remembered()
  const apply = () => {
    document.documentElement.dataset.theme = theme
    button.textContent = `Theme: ${theme}`
  }
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
    apply()
    changed()
    try {
      localStorage.setItem(KEY, theme)
    } catch {
      // A browser that keeps nothing still shows the theme.
    }
  })
  apply()
}

function remembered() {
  try {
    const theme = localStorage.getItem(KEY) ?? ''
    return THEMES.includes(theme) ? theme : 'system'
  } catch {
    return 'system'
  }
}
