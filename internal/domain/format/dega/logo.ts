/** The picture of every chat message of the Go service. */
export const LOGO = 'https://factly.in/wp-content/uploads//2021/01/factly-logo-200-11.png';
