export { shown } from '../verdict/shown.ts'
