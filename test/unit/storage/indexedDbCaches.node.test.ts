import 'fake-indexeddb/auto'
import { describeDocumentCaches } from '../../../src/testing/documentCacheAcceptance.ts'
import { createIndexedDbCacheDevice } from './indexedDbCacheCases.ts'

describeDocumentCaches('y-indexeddb on IndexedDB in memory', createIndexedDbCacheDevice)
