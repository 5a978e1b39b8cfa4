import { useQuery } from '@tanstack/react-query';
import { lifecyclesQuery } from '../../api/queries.ts';
import { wordsOf } from '../../format/words.ts';
import { Loaded } from '../../parts/outcome.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { LifecyclePicture } from './lifecycle-picture.tsx';

/** The states and what leads from one to the next, as the API describes them, with how many are in each now. */
export function LifecyclesPage() {
  const lifecycles = useQuery(lifecyclesQuery);
  return (
    <Page title="Lifecycles">
      <Loaded query={lifecycles} rows={8}>
        {({ data, most_counted: most }) =>
          data.map((lifecycle) => (
            <Panel key={lifecycle.entity} title={wordsOf(lifecycle.entity)} flush>
              <LifecyclePicture lifecycle={lifecycle} mostCounted={most} />
            </Panel>
          ))
        }
      </Loaded>
    </Page>
  );
}
