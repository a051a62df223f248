// A filtered list of partners that is paged from the back.
import { graphql } from "relay-runtime";

graphql`
  query partnersQuery($named: String!) {
    ...partners_list @arguments(named: $named)
  }
`;

graphql`
  fragment partners_list on Query
  @argumentDefinitions(named: { type: "String!" }, count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
  @refetchable(queryName: "partnersPageQuery") {
    partners(filter: { name: { contains: $named } }, last: $count, before: $cursor)
      @connection(key: "partners_list_partners") {
      edges {
        node {
          name
          scorecard {
            ...scorecard_card
          }
        }
      }
    }
  }
`;
