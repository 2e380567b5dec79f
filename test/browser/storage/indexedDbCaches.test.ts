import { describeDocumentCaches } from '../../../src/testing/documentCacheAcceptance.ts'
import { createIndexedDbCacheDevice } from '../../unit/storage/indexedDbCacheCases.ts'

describeDocumentCaches('y-indexeddb in Chromium', createIndexedDbCacheDevice)
